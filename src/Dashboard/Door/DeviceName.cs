using System.Net;

namespace Orchestrator.Dashboard.Door;

/// <summary>A browser in a few words, for the record of what a person decided there.</summary>
internal static class DeviceName
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

    /// <summary>Such as <c>Chrome on Android at 192.168.1.5</c>. Nothing of what the browser says of itself is taken over but known
    /// names.</summary>
    /// <param name="userAgent">What it says of itself.</param>
    /// <param name="address">From where it calls.</param>
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
