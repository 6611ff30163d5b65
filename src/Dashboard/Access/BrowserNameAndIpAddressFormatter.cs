using System.Net;

namespace Orchestrator.Dashboard.Access;

/// <summary>Formats a short description of a browser, which is recorded with a user's decisions.</summary>
internal static class BrowserNameAndIpAddressFormatter
{
    private static readonly (string Part, string Name)[] Browsers =
    [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];

    private static readonly (string Part, string Name)[] Systems =
    [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];

    /// <summary>Returns a name such as <c>Chrome on Android at 192.168.1.5</c>. Only known names are copied from the browser's user
    /// agent.</summary>
    /// <param name="userAgent">User agent sent by the browser.</param>
    /// <param name="address">Address of the browser.</param>
    public static string Of(string? userAgent, IPAddress? address)
    {
        var agent = userAgent ?? "";
        var browser = Find(Browsers, agent) ?? "a program";
        var system = Find(Systems, agent) is { } name ? $" on {name}" : "";
        return $"{browser}{system} at {(address is null || IPAddress.IsLoopback(address) ? "this machine" : address.ToString())}";
    }

    private static string? Find((string Part, string Name)[] known, string text) =>
        known.FirstOrDefault(one => text.Contains(one.Part, StringComparison.Ordinal)).Name;
}
