namespace Orchestrator.Dashboard.Views;

/// <summary>File of a patch.</summary>
/// <param name="Name">Name of the file, as git prints it.</param>
/// <param name="Lines">Its lines.</param>
public sealed record DiffFile(string Name, IReadOnlyList<DiffLine> Lines)
{
    /// <summary>Number of added lines.</summary>
    public int Added => Lines.Count(line => line.Look == "added");

    /// <summary>Number of removed lines.</summary>
    public int Removed => Lines.Count(line => line.Look == "removed");

    /// <summary>Groups the lines of a patch by file. Lines before the first file form a group of their own.</summary>
    public static IReadOnlyList<DiffFile> Of(IReadOnlyList<DiffLine> lines)
    {
        var files = new List<DiffFile>();
        var current = new List<DiffLine>();
        foreach (var line in lines)
        {
            if (line.Look == "file" && current.Count > 0)
            {
                files.Add(new DiffFile(NameOf(current), current));
                current = [];
            }
            current.Add(line);
        }
        return current.Count > 0 ? [.. files, new DiffFile(NameOf(current), current)] : files;
    }

    // A removed file has no lines of a new file, so its name stands in its first line alone: diff --git a/NAME b/NAME.
    private static string NameOf(List<DiffLine> lines)
    {
        if (lines.Find(line => line.File.Length > 0) is { } known)
        {
            return known.File;
        }
        var head = string.Concat(lines[0].Parts.Select(part => part.Text));
        return head.LastIndexOf(" b/", StringComparison.Ordinal) is > 0 and var at ? head[(at + 3)..] : head;
    }
}
