namespace Orchestrator.Runs;

/// <summary>The end of an evidence file, for a quoted block: text of an agent or a gate stays text.</summary>
/// <param name="repository">Absolute path that evidence is relative to.</param>
public sealed class EvidenceTail(string repository)
{
    private const int LongestLine = 300;

    /// <summary>The last non-empty lines of a file of evidence; empty where there is no such file below the repository.</summary>
    /// <param name="file">Relative to the repository.</param>
    /// <param name="lines">How many.</param>
    public string Read(string file, int lines)
    {
        var path = Path.GetFullPath(Path.Combine(repository, file));
        if (file.Length == 0 || !path.StartsWith(repository + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
        {
            return "";
        }
        var last = new Queue<string>();
        foreach (var line in File.ReadLines(path).Where(line => line.Trim().Length > 0))
        {
            last.Enqueue(QuotedText.Cut(line, LongestLine));
            if (last.Count > lines)
            {
                last.Dequeue();
            }
        }
        return string.Join('\n', last);
    }
}
