using System.Globalization;
using System.Net;

namespace Orchestrator.Plans;

/// <summary>
/// Validates entries in the lists of hosts that sandboxed programs may reach. An entry is a host name, <c>*.NAME</c> or an IP address, with
/// an optional port.
/// </summary>
public static class HostEntryValidator
{
    private const string Wildcard = "*.";
    private const int LongestLabel = 63;

    /// <summary>Sentence that suggests how to correct an invalid host entry.</summary>
    public const string Cure = "Write the host without https:// and without a path, such as example.com or example.com:8443.";

    /// <summary>Returns the error message for an invalid host entry.</summary>
    public static string Fault(string text) => $"'{text}' is not a valid host.";

    /// <summary>True if the text is a valid host entry.</summary>
    public static bool IsValid(string text)
    {
        var isWildcard = text.StartsWith(Wildcard, StringComparison.Ordinal);
        var rest = isWildcard ? text[Wildcard.Length..] : text;
        var bracket = rest.StartsWith('[') ? rest.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = bracket > 0 ? bracket + 1 : rest.IndexOf(':', StringComparison.Ordinal);
        var isBareAddress = bracket < 0 && colon >= 0 && rest.IndexOf(':', colon + 1) >= 0;
        var (name, port) = isBareAddress || colon < 0 || colon >= rest.Length ? (rest, "") : (rest[..colon], rest[colon..]);
        return IsPort(port) && (IsName(name) || (!isWildcard && IsAddress(name.Trim('[', ']'))));
    }

    private static bool IsPort(string text) =>
        text.Length == 0
        || (
            text[0] == ':'
            && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue
        );

    private static bool IsName(string text)
    {
        var labels = text.Split('.');
        return Array.TrueForAll(labels, IsLabel) && !IsNumber(labels[^1]);
    }

    private static bool IsLabel(string text) =>
        text.Length is > 0 and <= LongestLabel
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
        && text[0] != '-'
        && text[^1] != '-';

    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label is ['0', 'x' or 'X', .. var digits] && digits.All(char.IsAsciiHexDigit));

    // Only the canonical form is accepted, because 127.1 and 0x7f000001 are addresses as well.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address)
        && !address.IsIPv4MappedToIPv6
        && (text.Contains(':', StringComparison.Ordinal) ? !text.Contains('%', StringComparison.Ordinal) : address.ToString() == text);
}
