using System.Buffers;

namespace Orchestrator.Network;

/// <summary>Head of an HTTP/1 request (RFC 9112, 3 and 5). A head that two programs could interpret differently counts as
/// malformed.</summary>
/// <param name="Method">Request method.</param>
/// <param name="Target">Request target as sent.</param>
/// <param name="Version">Protocol version as sent.</param>
/// <param name="Headers">Names and values in order.</param>
internal sealed record HttpRequestHead(string Method, string Target, string Version, IReadOnlyList<(string Name, string Value)> Headers)
{
    private const string Scheme = "http://";
    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    // Headers that are not forwarded, because they apply only to one connection (RFC 9110, 7.6.1) or contain credentials for a proxy.
    private static readonly string[] OfConnection =
    [
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authorization",
        "proxy-authenticate",
        "te",
        "trailer",
        "upgrade",
        "host",
    ];

    /// <summary>True for a request to open a tunnel.</summary>
    public bool IsConnect => Method == "CONNECT";

    /// <summary>True for a request whose target is only a path (RFC 9112, 3.2.1).</summary>
    public bool IsOrigin => Target[0] == '/';

    /// <summary>True for a request to open a WebSocket (RFC 6455, 4.1).</summary>
    public bool IsWebSocket => ValuesOf("upgrade").Any(value => value.Contains("websocket", StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the values of a header, in order.</summary>
    public IEnumerable<string> ValuesOf(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    /// <summary>Headers to forward. Excludes headers that apply only to this connection, including headers named in a Connection
    /// header.</summary>
    public IEnumerable<(string Name, string Value)> Forwarded
    {
        get
        {
            var named = ValuesOf("connection").SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)).ToList();
            return Headers.Where(header =>
                !OfConnection.Contains(header.Name, StringComparer.OrdinalIgnoreCase)
                && !named.Contains(header.Name, StringComparer.OrdinalIgnoreCase)
            );
        }
    }

    /// <summary>Value of the only Host header, or null if there is none or more than one.</summary>
    public string? Host =>
        Headers.Where(header => header.Name.Equals("host", StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only.Value : null;

    /// <summary>Authority (host and port) and path of the target. Taken from the target of CONNECT, or from the absolute target of a plain
    /// request. Null if the target is malformed or not absolute.</summary>
    public (string Authority, string Path)? Place
    {
        get
        {
            if (IsConnect)
            {
                return (Target, "");
            }
            if (!Target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
            var rest = Target[Scheme.Length..];
            var end = rest.IndexOfAny(['/', '?', '#', '\\']);
            var authority = end < 0 ? rest : rest[..end];
            var path = end < 0 ? "/" : rest[end..];
            return path[0] switch
            {
                '/' => (authority, path),
                '?' => (authority, "/" + path),
                _ => null,
            };
        }
    }

    /// <summary>Returns the length of a request head including its empty line, or a negative number if more bytes are needed.</summary>
    public static int LengthIn(ReadOnlySpan<byte> bytes) => bytes.IndexOf(End) is >= 0 and var at ? at + End.Length : -1;

    /// <summary>Parses a request head, or returns null if it is malformed.</summary>
    /// <param name="bytes">Head with its empty line.</param>
    public static HttpRequestHead? TryParse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes[..^End.Length]).Split("\r\n");
        if (
            lines[0].Split(' ') is not [var method, var target, ("HTTP/1.1" or "HTTP/1.0") and var version]
            || !IsToken(method)
            || target.Length == 0
            || Array.Exists(lines, line => line.Any(letter => char.IsControl(letter) && letter != '\t'))
        )
        {
            return null;
        }
        List<(string, string)> headers = [];
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !IsToken(line[..colon]))
            {
                return null;
            }
            headers.Add((line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }
        return new HttpRequestHead(method, target, version, headers);
    }

    /// <summary>
    /// Formats the request head that is sent to the host. The head asks the host to close the connection after one response, because a
    /// second request might be for another host.
    /// </summary>
    /// <param name="path">Path and query.</param>
    /// <param name="authority">Host and port for the Host header.</param>
    public byte[] ForHost(string path, string authority)
    {
        StringBuilder text = new($"{Method} {path} {Version}\r\nHost: {authority}\r\nConnection: close\r\n");
        foreach (var (name, value) in Headers.Where(header => !OfConnection.Contains(header.Name, StringComparer.OrdinalIgnoreCase)))
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenLetters);
}
