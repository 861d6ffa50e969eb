using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Quiver.Providers;

/// <summary>Which addresses are on the public internet: nothing of this machine, of its network or of its cloud is.</summary>
/// <remarks>
/// Of IPv6 only 2000::/3 is given out as global unicast (RFC 4291), so all else is refused without a list: loopback, link-local, unique local,
/// multicast, NAT64, IPv4-compatible. Addresses that carry an IPv4 address for a tunnel are refused whole (6to4, Teredo), or with what they carry (ISATAP).
/// The lists are IANA's special-purpose registries, multicast and Azure's own address.
/// </remarks>
internal static class AddressGuard
{
    private static readonly (uint Network, uint Mask)[] SpecialV4 =
    [
        .. from text in (string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]
        let network = IPNetwork.Parse(text)
        select (V4(network.BaseAddress), uint.MaxValue << (32 - network.PrefixLength)),
    ];

    /// <summary>Inside 2000::/3.</summary>
    private static readonly (UInt128 Network, UInt128 Mask)[] SpecialV6 =
    [
        .. from text in (string[])["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]
        let network = IPNetwork.Parse(text)
        select (V6(network.BaseAddress), UInt128.MaxValue << (128 - network.PrefixLength)),
    ];

    public static bool IsPublic(IPAddress address)
    {
        // The same address in other words: a socket connects to the one inside.
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => IsPublic(V4(address)),
            AddressFamily.InterNetworkV6 => address.ScopeId == 0 && IsPublic(V6(address)),
            _ => false,
        };
    }

    private static bool IsPublic(uint address) => !Array.Exists(SpecialV4, special => (address & special.Mask) == special.Network);

    private static bool IsPublic(UInt128 address)
    {
        if (address >> 125 != 1 || Array.Exists(SpecialV6, special => (address & special.Mask) == special.Network))
            return false;
        // ISATAP (RFC 5214): the lower half is 0:5efe or 200:5efe, and an IPv4 address.
        return ((ulong)address >> 32 & 0xfdff_ffff) != 0x0000_5efe || IsPublic((uint)address);
    }

    private static uint V4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static UInt128 V6(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
