using System.Text.Json;

namespace Orchestrator.Messages;

/// <summary>Keeps messages small. A Temporal server warns about a payload over 256 KB and refuses one of 2 MB (its settings
/// <c>limit.blobSize.warn</c> and <c>.error</c>); long lists are sent in pages that stay far below.</summary>
public static class PayloadPaging
{
    /// <summary>Bytes of JSON in one page.</summary>
    public const int MostBytes = 96 * 1024;

    /// <summary>Characters of a reason in records; the whole text is in its evidence.</summary>
    public const int MostReason = 2000;

    /// <summary>The first items that fit into a page, at least one where there is one.</summary>
    /// <param name="most">Items at most.</param>
    /// <param name="bytes">Bytes of JSON at most.</param>
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

    /// <summary>The first lines of a list, and how many more there are.</summary>
    /// <param name="most">Maximum number of lines, including the one that counts the rest.</param>
    public static IReadOnlyList<string> Brief(IReadOnlyList<string> lines, int most = 40) =>
        lines.Count <= most ? [.. lines.Select(Brief)] : [.. lines.Take(most - 1).Select(Brief), $"... and {lines.Count - most + 1} more"];

    /// <summary>A text of at most <see cref="MostReason"/> characters.</summary>
    public static string Brief(string text) => text.Length <= MostReason ? text : string.Concat(text.AsSpan(0, MostReason - 1), "…");

    /// <summary>Bytes of an item as JSON.</summary>
    public static int SizeOf<T>(T item) => JsonSerializer.SerializeToUtf8Bytes(item, MessageJson.Options).Length;
}
