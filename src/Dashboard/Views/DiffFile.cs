namespace Orchestrator.Dashboard.Views;

/// <summary>A file in a patch.</summary>
/// <param name="Name">Name of the file, as git prints it.</param>
/// <param name="Lines">Lines of the file's part of the patch.</param>
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

    // A removed file has no lines in a new file, so only the header line (diff --git a/NAME b/NAME) contains its name.
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
