using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Background;

/// <summary>
/// Records, in a file in the run's folder, the ids of the spans that a collector has accepted. Only one process can open the file at a
/// time. If the process is killed after sending and before writing, the spans are sent again with the same ids.
/// </summary>
internal sealed class SentSpanStore : IDisposable
{
    private readonly InterProcessFileLock _file;
    private readonly HashSet<string> _ids;

    private SentSpanStore(InterProcessFileLock file, HashSet<string> ids)
    {
        (_file, _ids) = (file, ids);
    }

    /// <summary>Returns the absolute path of the file that records a run's sent spans.</summary>
    public static string PathOf(StoredRun run) => Path.Combine(run.Folder, "spans-sent");

    /// <summary>
    /// Opens the file that records a run's sent spans. Returns null if another process has the file open or the file can't be written.
    /// </summary>
    public static SentSpanStore? TryOpen(StoredRun run)
    {
        InterProcessFileLock? file = null;
        try
        {
            file = InterProcessFileLock.TryTake(PathOf(run));
            if (file is null)
            {
                return null;
            }
            using var reader = new StreamReader(file.Content, leaveOpen: true);
            var opened = new SentSpanStore(file, [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
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

    /// <summary>Returns the spans that the collector has not accepted yet.</summary>
    public IReadOnlyList<TraceSpanRecord> Left(IEnumerable<TraceSpanRecord> spans) => [.. spans.Where(span => !_ids.Contains(span.Id))];

    /// <summary>Records spans that the collector has accepted.</summary>
    public void Add(IEnumerable<TraceSpanRecord> sent)
    {
        var ids = sent.Select(span => span.Id).ToList();
        _ids.UnionWith(ids);
        _file.Content.Seek(0, SeekOrigin.End);
        _file.Content.Write(System.Text.Encoding.ASCII.GetBytes(string.Concat(ids.Select(id => id + "\n"))));
        _file.Content.Flush();
    }

    public void Dispose() => _file.Dispose();
}
