using System.Net;
using Quiver.Providers;
using Quiver.Tests.Support;

namespace Quiver.Tests.Providers;

/// <summary>tests/data/addresses: both ends of every special network, what lies beside them, and each IPv4 one in all its IPv6 disguises.</summary>
public sealed class AddressGuardTests
{
    [Fact]
    public void Every_fixed_address_is_judged_right()
    {
        var cases = TestData.Cases("addresses/cases.jsonl").ToList();
        Assert.True(cases.Count >= 800);

        var wrong = cases
            .Where(each => AddressGuard.IsPublic(IPAddress.Parse(each.GetProperty("address").GetString()!)) != each.GetProperty("public").GetBoolean())
            .Select(each => each.ToString());

        Assert.Empty(wrong);
    }

    [Fact]
    public void An_address_of_one_interface_is_refused()
    {
        Assert.True(AddressGuard.IsPublic(IPAddress.Parse("2606:4700::1")));
        Assert.False(AddressGuard.IsPublic(IPAddress.Parse("2606:4700::1%2")));
    }

    [Fact]
    public async Task Nothing_is_let_through_that_Python_does_not_call_global()
    {
        var random = new Random(143);
        var addresses = Enumerable.Range(0, Environment.GetEnvironmentVariable("QUIVER_LONG") == "1" ? 1_000_000 : 20_000).Select(i => Some(random, i)).ToList();

        var global = await PythonScript.AskAsync("addresses.py", null, "python3", addresses.Select(address => address.ToString()));

        Assert.Equal(addresses.Count, global.Count);
        var wrong = addresses.Zip(global).Where(each => AddressGuard.IsPublic(each.First) ? !each.Second.GetBoolean() : each.Second.GetBoolean() && !IsRefusedOnPurpose(each.First));
        Assert.Empty(wrong.Select(each => each.First.ToString()));
    }

    /// <summary>What we refuse and Python calls global: anycast, relays, tunnels, multicast, a cloud's own address, IPv6 that is not given out.</summary>
    private static bool IsRefusedOnPurpose(IPAddress address)
    {
        string[] networks =
        [
            "168.63.129.16/32", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "192.0.0.0/24", "224.0.0.0/4",
            "2001::/23", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
        ];
        return Array.Exists(networks, network => IPNetwork.Parse(network).Contains(address))
            || (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !IPNetwork.Parse("2000::/3").Contains(address))
            || address.ToString().Contains(":5efe:", StringComparison.Ordinal);
    }

    /// <summary>Half IPv4, half IPv6; of these, most where addresses are given out.</summary>
    private static IPAddress Some(Random random, int i)
    {
        var bytes = new byte[i % 2 == 0 ? 4 : 16];
        random.NextBytes(bytes);
        if (bytes.Length == 16 && i % 8 != 1)
            bytes[0] = (byte)(0x20 | (bytes[0] & 0x1f));
        return new IPAddress(bytes);
    }
}
