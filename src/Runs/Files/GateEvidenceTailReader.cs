namespace Orchestrator.Runs;

/// <summary>Reads the last lines of evidence files, which reports quote.</summary>
/// <param name="repository">Absolute path of the folder to which evidence paths are relative.</param>
public sealed class GateEvidenceTailReader(string repository)
{
    private const int LongestLine = 300;

    /// <summary>
    /// Reads the last non-empty lines of an evidence file. Returns empty text if the file does not exist or is outside the repository.
    /// </summary>
    /// <param name="file">Path of the file, relative to the repository.</param>
    /// <param name="lines">Maximum number of lines.</param>
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
