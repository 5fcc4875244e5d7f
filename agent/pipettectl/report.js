/* SPDX-License-Identifier: Apache-2.0 */

/* What the page has beyond HTML: values under the pointer, or under a cursor
 * that keys move, and the table's filter.  Without it, all else is there. */
(function () {
    "use strict";

    var tip = document.getElementById("tip");
    var said = document.getElementById("said");

    function number(n) {
        return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
    }

    /* Pictures
     * ======== */

    /* Returns what tells the text of a cell. */
    function timelineText(svg) {
        var titles = Array.from(svg.querySelectorAll(".bin > title"));
        var texts = titles.map(function (title) {
            var text = title.textContent;
            title.remove();         /* Or it would show beside the tip. */
            return text;
        });
        return function (column) {
            return texts[column];
        };
    }

    function heatText(svg) {
        var names = svg.dataset.names.split(" ");
        var rows = Array.from(svg.querySelectorAll(".row"));
        var values = rows.map(function (row) {
            return new Map(row.dataset.values.split(" ").map(function (v) {
                return v.split(":").map(Number);
            }));
        });
        return function (column, row) {
            var n = values[row].get(column) || 0;
            return rows[row].dataset.name + " \u2192 " + names[column] + ": " +
                number(n) + (n === 1 ? " contact" : " contacts");
        };
    }

    function clamp(n, max) {
        return Math.max(0, Math.min(n, max));
    }

    function makeChart(svg, text) {
        var x0 = Number(svg.dataset.x), y0 = Number(svg.dataset.y);
        var width = Number(svg.dataset.w), height = Number(svg.dataset.h);
        var columns = Number(svg.dataset.columns);
        var rows = Number(svg.dataset.rows);
        var cursor = svg.querySelector(".cursor");
        var column = 0, row = 0;

        function show(scroll) {
            cursor.setAttribute("x", x0 + column * width);
            cursor.setAttribute("y", y0 + row * height);
            cursor.setAttribute("width", width);
            cursor.setAttribute("height", height);
            cursor.setAttribute("visibility", "visible");
            if (scroll) {
                cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
            }
            tip.textContent = text(column, row);
            tip.hidden = false;
            var box = cursor.getBoundingClientRect();
            var left = box.left + box.width / 2 - tip.offsetWidth / 2;
            var room = document.documentElement.clientWidth - 8;
            var top = box.top - tip.offsetHeight - 6;
            left = clamp(left - 8, room - 8 - tip.offsetWidth) + 8;
            tip.style.left = left + window.scrollX + "px";
            tip.style.top = (top < 0 ? box.bottom + 6 : top) +
                window.scrollY + "px";
        }

        function hide() {
            cursor.setAttribute("visibility", "hidden");
            tip.hidden = true;
        }

        function move(event) {
            var point = new DOMPoint(event.clientX, event.clientY)
                .matrixTransform(svg.getScreenCTM().inverse());
            var c = Math.floor((point.x - x0) / width);
            var r = Math.floor((point.y - y0) / height);
            if (c >= 0 && c < columns && r >= 0 && r < rows) {
                column = c;
                row = r;
                show(false);
            } else {
                hide();
            }
        }

        function press(event) {
            var steps = {
                ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
                ArrowDown: [0, 1], Home: [-columns, 0], End: [columns, 0],
                PageUp: [0, -rows], PageDown: [0, rows]
            };
            var step = steps[event.key];
            if (event.key === "Escape") {
                hide();
            } else if (step && !event.ctrlKey && !event.altKey &&
                       !event.metaKey) {
                column = clamp(column + step[0], columns - 1);
                row = clamp(row + step[1], rows - 1);
                show(true);
                said.textContent = tip.textContent;
                event.preventDefault();
            }
        }

        svg.setAttribute("tabindex", "0");
        svg.setAttribute("role", "application");
        svg.setAttribute("aria-label", svg.getAttribute("aria-label") +
                         ": arrow keys move from value to value");
        svg.addEventListener("pointermove", move);
        svg.addEventListener("pointerleave", hide);
        svg.addEventListener("keydown", press);
        svg.addEventListener("focus", function () {
            if (svg.matches(":focus-visible")) {
                show(true);
                said.textContent = tip.textContent;
            }
        });
        svg.addEventListener("blur", hide);
    }

    /* The filter
     * ========== */

    var input = document.getElementById("filter");
    var count = document.getElementById("count");
    var table = document.getElementById("contacts-table");
    var texts = null;

    function rowText(row) {
        var cells = Array.from(row.cells).filter(function (cell) {
            return !cell.classList.contains("attempts");
        });
        return " " + cells.map(function (cell) {
            return cell.textContent;
        }).join(" ").toLowerCase() + " ";
    }

    function hasWord(text, word) {
        if (word[0] === "!" && word.length > 1) {
            return !hasWord(text, word.slice(1));
        } else if (word[0] === "=") {
            return text.includes(" " + word.slice(1) + " ");
        }
        return text.includes(word);
    }

    function filter() {
        var rows = table.tBodies[0].rows;
        var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        var n = 0;

        texts = texts || Array.from(rows).map(rowText);
        for (var i = 0; i < rows.length; i++) {
            var text = texts[i];
            var shown = words.every(function (word) {
                return hasWord(text, word);
            });
            rows[i].hidden = !shown;
            n += shown;
        }
        table.classList.toggle("filtered", words.length > 0);
        count.textContent = words.length ?
            number(n) + " of " + number(rows.length) + " rows match" : "";
    }

    function pick(event) {
        input.value = event.currentTarget.dataset.filter;
        filter();
        input.focus();
        event.preventDefault();
        document.getElementById("contacts").scrollIntoView();
    }

    if (document.getElementById("timeline")) {
        var timeline = document.getElementById("timeline");
        var heatmap = document.getElementById("heatmap");
        makeChart(timeline, timelineText(timeline));
        makeChart(heatmap, heatText(heatmap));
        document.getElementById("filter-box").hidden = false;
        input.addEventListener("input", filter);
        input.addEventListener("keydown", function (event) {
            if (event.key === "Escape") {
                input.value = "";
                filter();
            }
        });
        document.querySelectorAll("a[data-filter]").forEach(function (a) {
            a.addEventListener("click", pick);
        });
        filter();
    }
}());
