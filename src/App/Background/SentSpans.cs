using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Background;

/// <summary>The spans of a run that a collector has taken, by id: a file in the run's folder, which one process at a time has open. Killed
/// between sending and writing, a process has the spans sent once more, with the same ids.</summary>
internal sealed class SentSpans : IDisposable
{
    private readonly FileStream _file;
    private readonly HashSet<string> _ids;

    private SentSpans(FileStream file, HashSet<string> ids)
    {
        (_file, _ids) = (file, ids);
    }

    /// <summary>Path of the file.</summary>
    public static string PathOf(StoredRun run) => Path.Combine(run.Folder, "spans-sent");

    /// <summary>Opens the file of a run; null where another process has it, or it can't be written.</summary>
    public static SentSpans? TryOpen(StoredRun run)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(PathOf(run), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var reader = new StreamReader(file, leaveOpen: true);
            var opened = new SentSpans(file, [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
            file = null;
            return opened;
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The spans that no collector has taken yet.</summary>
    public IReadOnlyList<SpanFact> Left(IEnumerable<SpanFact> spans) => [.. spans.Where(span => !_ids.Contains(span.Id))];

    /// <summary>Writes down which were taken.</summary>
    public void Add(IEnumerable<SpanFact> sent)
    {
        var ids = sent.Select(span => span.Id).ToList();
        _ids.UnionWith(ids);
        _file.Seek(0, SeekOrigin.End);
        _file.Write(System.Text.Encoding.ASCII.GetBytes(string.Concat(ids.Select(id => id + "\n"))));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}
