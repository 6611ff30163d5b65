using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Removes from a page the parts that the client already has. Stores only hashes of the parts of recently sent pages, not their
/// content.</summary>
internal sealed partial class UnchangedPagePartFilter
{
    private const int Most = 256;

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, ulong>> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Returns a page's key, and the page without the parts that the client already has.</summary>
    /// <param name="html">The whole page.</param>
    /// <param name="known">Key of the version that the client has. Empty or unknown if it has none.</param>
    /// <returns>The key of the page, and its content without the parts that the client has. The content is null if nothing has
    /// changed.</returns>
    public (string Key, string? Html) Reduce(string html, string known)
    {
        var parts = new Dictionary<string, ulong>(StringComparer.Ordinal);
        var before = _sent.GetValueOrDefault(known);
        var (rest, reduced, at) = (new StringBuilder(), new StringBuilder(), 0);
        foreach (var part in Parts().EnumerateMatches(html))
        {
            var text = html.AsSpan(part.Index, part.Length);
            var head = Head().Match(html, part.Index, part.Length);
            var (tag, id) = (head.Groups[1].Value, head.Groups[2].Value);
            rest.Append(html, at, part.Index - at);
            reduced.Append(html, at, part.Index - at);
            at = part.Index + part.Length;
            var hash = HashOf(text);
            // If two parts had the same id, it would be unknown which one the client has.
            var isFirst = parts.TryAdd(id, hash);
            rest.Append(id).Append(id == UpdatablePagePartMarkers.AsOf ? 0 : hash);
            reduced.Append(isFirst && before?.GetValueOrDefault(id) == hash ? $"<{tag} id=\"{id}\" data-same></{tag}>" : text);
        }
        rest.Append(html, at, html.Length - at);
        reduced.Append(html, at, html.Length - at);
        var key = HashOf(rest.ToString()).ToString("x16", CultureInfo.InvariantCulture);
        if (key == known && before is not null)
        {
            return (key, null);
        }
        Keep(key, parts);
        return (key, reduced.ToString());
    }

    private static ulong HashOf(ReadOnlySpan<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text), hash);
        return MemoryMarshal.Read<ulong>(hash);
    }

    private void Keep(string key, Dictionary<string, ulong> parts)
    {
        if (!_sent.TryAdd(key, parts))
        {
            return;
        }
        _order.Enqueue(key);
        while (_sent.Count > Most && _order.TryDequeue(out var oldest))
        {
            _sent.TryRemove(oldest, out _);
        }
    }

    [GeneratedRegex(UpdatablePagePartMarkers.Begin + ".*?" + UpdatablePagePartMarkers.End, RegexOptions.Singleline)]
    private static partial Regex Parts();

    // Matches the first element of a part. Its id is encoded as in the page.
    [GeneratedRegex("<([a-z0-9]+)[^>]*? id=\"([^\"]*)\"", RegexOptions.Singleline)]
    private static partial Regex Head();
}
