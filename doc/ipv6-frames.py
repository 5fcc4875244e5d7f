import struct,ipaddress,sys
A=lambda s: ipaddress.IPv6Address(s).packed
M=lambda s: bytes.fromhex(s.replace(':',''))
def csum(b):
    if len(b)%2: b+=b'\0'
    s=sum(struct.unpack('!%dH'%(len(b)//2),b))
    while s>>16: s=(s&0xffff)+(s>>16)
    return ~s&0xffff
def l4(src,dst,proto,p,at):
    c=csum(A(src)+A(dst)+struct.pack('!II',len(p),proto)+p[:at]+b'\0\0'+p[at+2:])
    return p[:at]+struct.pack('!H',c)+p[at+2:]
def ip6(src,dst,nh,p,hl=64): return struct.pack('!IHBB',0x60000000,len(p),nh,hl)+A(src)+A(dst)+p
def eth(d,s,p,vlan=2): return M(d)+M(s)+(struct.pack('!HH',0x8100,vlan) if vlan else b'')+b'\x86\xdd'+p
def ns(src,target,mac):
    t=A(target); dst='ff02::1:ff%02x:%02x%02x'%(t[13],t[14],t[15])
    p=bytes([135,0,0,0,0,0,0,0])+t+(b'\x01\x01'+M(mac) if mac else b'')
    return eth('33:33:ff:%02x:%02x:%02x'%(t[13],t[14],t[15]),mac or '00:00:00:00:00:99',ip6(src,dst,58,l4(src,dst,58,p,2),255))
def tcp(src,dst): return l4(src,dst,6,struct.pack('!HHIIBBHHH',1000,80,1,0,0x50,2,8192,0,0),16)
C='00:00:00:00:00:05';T='00:00:00:00:00:77'
k=sys.argv[1]
if k=='ns': f=ns('fc01::5','fc01::1:77',C)
if k=='tcp': f=eth(T,C,ip6('fc01::5','fc01::77',6,tcp('fc01::5','fc01::77')))
if k=='hbh': f=eth(T,C,ip6('fc01::5','fc01::77',0,bytes([6,0,1,4,0,0,0,0])+tcp('fc01::5','fc01::77')))
if k=='dst': f=eth(T,C,ip6('fc01::5','fc01::77',60,bytes([6,0,1,4,0,0,0,0])+tcp('fc01::5','fc01::77')))
if k=='rh': f=eth(T,C,ip6('fc01::5','fc01::77',43,bytes([6,2,0,1,0,0,0,0])+A('fc01::9')+tcp('fc01::5','fc01::77')))
if k=='unk': f=eth(T,C,ip6('fc01::5','fc01::77',253,bytes(8)))
if k=='atomic': f=eth(T,C,ip6('fc01::5','fc01::77',44,bytes([6,0,0,0,0,0,0,1])+tcp('fc01::5','fc01::77')))
if k=='first':
    u=l4('fc01::5','fc01::77',17,struct.pack('!HHHH',1000,53,48,0)+bytes(40),6)
    f=eth(T,C,ip6('fc01::5','fc01::77',44,bytes([17,0,0,1,0,0,0,1])+u[:24]))
if k=='later': f=eth(T,C,ip6('fc01::5','fc01::77',44,bytes([6,0,0,0x50,0,0,0,1])+bytes(range(40))))
if k=='ping': 
    p=l4('fc01::5','fc01::77',58,bytes([128,0,0,0,0,1,0,1])+b'x'*8,2); f=eth(T,C,ip6('fc01::5','fc01::77',58,p))
if k=='udp0':
    # payload chosen so that the rewritten checksum is 0 -> must be 0xffff
    for x in range(65536):
        p=struct.pack('!HHHHH',1000,53,10,0,x)
        if csum(A('fc04::5:0:77')+A('fc04::1')+struct.pack('!II',10,17)+p)==0: break
    f=eth(T,C,ip6('fc01::5','fc01::77',17,l4('fc01::5','fc01::77',17,p,6)))
print(f.hex())
