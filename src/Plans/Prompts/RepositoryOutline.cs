using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Lists the files of a repository for planners, as an indented outline of limited size.</summary>
public static class RepositoryOutline
{
    /// <summary>Maximum number of names listed per folder. Further names are only counted.</summary>
    private const int MostNames = 80;

    /// <summary>
    /// Creates the outline. Expands folders level by level while space remains, and lists the remaining folders with their numbers of
    /// files.
    /// </summary>
    /// <param name="paths">File paths relative to the root, with forward slashes.</param>
    /// <param name="limit">Maximum number of characters. The root itself is always listed.</param>
    public static string Of(IEnumerable<string> paths, int limit)
    {
        var root = new OutlineFolderNode("", 0);
        foreach (var path in paths)
        {
            root.Add(path.Split('/'));
        }
        Open(root, limit);
        var text = new StringBuilder();
        Write(text, root);
        return text.ToString();
    }

    private static void Open(OutlineFolderNode root, int limit)
    {
        var queue = new Queue<OutlineFolderNode>([root]);
        var left = limit;
        while (queue.TryDequeue(out var folder))
        {
            var cost = folder.Cost();
            if (cost > left && folder != root)
            {
                continue;
            }
            left -= cost;
            folder.IsOpen = true;
            foreach (var inner in folder.Folders.Values.Take(MostNames))
            {
                queue.Enqueue(inner);
            }
        }
    }

    private static void Write(StringBuilder text, OutlineFolderNode folder)
    {
        foreach (var inner in folder.Folders.Values.Take(MostNames))
        {
            text.Append(' ', inner.Depth - 1 << 1).Append(inner.Name).Append('/');
            text.Append(inner.IsOpen ? "\n" : $" ({Plural.Of(inner.Count, "file")})\n");
            if (inner.IsOpen)
            {
                Write(text, inner);
            }
        }
        foreach (var file in folder.Files.Take(MostNames))
        {
            text.Append(' ', folder.Depth << 1).Append(file).Append('\n');
        }
        var hidden = Math.Max(0, folder.Files.Count - MostNames) + folder.Folders.Values.Skip(MostNames).Sum(f => f.Count);
        if (hidden > 0)
        {
            text.Append(' ', folder.Depth << 1).Append(CultureInfo.InvariantCulture, $"... and {Plural.Of(hidden, "more file")}\n");
        }
    }

    private sealed class OutlineFolderNode(string name, int depth)
    {
        public string Name { get; } = name;

        public int Depth { get; } = depth;

        public SortedDictionary<string, OutlineFolderNode> Folders { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Files { get; } = new(StringComparer.Ordinal);

        public int Count { get; private set; }

        public bool IsOpen { get; set; }

        public void Add(ReadOnlySpan<string> parts)
        {
            Count++;
            if (parts.Length == 1)
            {
                Files.Add(parts[0]);
                return;
            }
            if (!Folders.TryGetValue(parts[0], out var inner))
            {
                Folders.Add(parts[0], inner = new OutlineFolderNode(parts[0], Depth + 1));
            }
            inner.Add(parts[1..]);
        }

        /// <summary>
        /// Returns the number of characters that the folder's own entries need in the outline. Each subfolder's line includes space for a
        /// count.
        /// </summary>
        public int Cost() =>
            Files.Take(MostNames).Sum(f => f.Length + 1 + (Depth << 1))
            + Folders.Keys.Take(MostNames).Sum(f => f.Length + 16 + (Depth << 1));
    }
}
