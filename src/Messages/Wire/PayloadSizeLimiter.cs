using System.Text.Json;

namespace Orchestrator.Messages;

/// <summary>
/// Keeps payloads small. A Temporal server warns about payloads over 256 KB and rejects those over 2 MB (settings
/// <c>limit.blobSize.warn</c> and <c>.error</c>). Long lists are split into pages far below these limits.
/// </summary>
public static class PayloadSizeLimiter
{
    /// <summary>Maximum size of one page in bytes of JSON.</summary>
    public const int MostBytes = 96 * 1024;

    /// <summary>Maximum length of a reason in records, in characters. The complete reason is in the evidence file.</summary>
    public const int MostReason = 2000;

    /// <summary>
    /// Returns as many items from the start of a list as fit into a page. Returns at least one item unless the list is empty.
    /// </summary>
    /// <param name="most">Maximum number of items.</param>
    /// <param name="bytes">Maximum size in bytes of JSON.</param>
    public static IReadOnlyList<T> First<T>(IEnumerable<T> items, int most = int.MaxValue, int bytes = MostBytes)
    {
        var part = new List<T>();
        foreach (var item in items)
        {
            bytes -= SizeOf(item);
            if (part.Count == most || (bytes < 0 && part.Count > 0))
            {
                break;
            }
            part.Add(item);
        }
        return part;
    }

    /// <summary>Returns the first lines of a list, followed by a line with the number of omitted lines, if any.</summary>
    /// <param name="most">Maximum number of lines, including the last one, which counts the omitted lines.</param>
    public static IReadOnlyList<string> Shorten(IReadOnlyList<string> lines, int most = 40) =>
        lines.Count <= most
            ? [.. lines.Select(Shorten)]
            : [.. lines.Take(most - 1).Select(Shorten), $"... and {lines.Count - most + 1} more"];

    /// <summary>Truncates text to <see cref="MostReason"/> characters.</summary>
    public static string Shorten(string text) => text.Length <= MostReason ? text : string.Concat(text.AsSpan(0, MostReason - 1), "…");

    /// <summary>Returns the size of an item in bytes of JSON.</summary>
    public static int SizeOf<T>(T item) => JsonSerializer.SerializeToUtf8Bytes(item, PayloadJsonOptions.Options).Length;
}
