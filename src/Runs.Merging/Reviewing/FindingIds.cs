namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Ids of a round's findings, which are also the ids of their tasks. The same round at the same commit has the same ids, however
/// often it is concluded. After a reset a round of the same number may review another commit: its findings get ids that no task of the run
/// has had, otherwise they would count as done where a task of that name is merged.</summary>
internal sealed class FindingIds
{
    private readonly string _prefix;
    private readonly HashSet<string> _taken;
    private int _next;

    private FindingIds(string prefix, HashSet<string> taken, int first) => (_prefix, _taken, _next) = (prefix, taken, first);

    /// <summary>Ids of a round. The first one is stored before it is used.</summary>
    /// <param name="round">Number of the round.</param>
    /// <param name="file">Where the first one is stored.</param>
    public static FindingIds Of(RunFiles run, int round, string file)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"review-{round}-");
        if (!File.Exists(file) || !int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
        {
            first = LastBegun(Path.GetDirectoryName(run.Folder.Task(ReviewTask.Id))!, prefix) + 1;
            DurableFile.Write(file, Encoding.UTF8.GetBytes(first.ToString(CultureInfo.InvariantCulture)));
        }
        return new FindingIds(prefix, run.Plan.Tasks.Select(task => task.Id).ToHashSet(StringComparer.OrdinalIgnoreCase), first);
    }

    /// <summary>The next free id.</summary>
    public string Next()
    {
        string id;
        do
        {
            id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_next++}");
        } while (!_taken.Add(id));
        return id;
    }

    /// <summary>The highest number of a task of that round that was ever started.</summary>
    private static int LastBegun(string tasks, string prefix) =>
        !Directory.Exists(tasks)
            ? 0
            : Directory
                .EnumerateDirectories(tasks, prefix + "*")
                .Select(path => Path.GetFileName(path)[prefix.Length..])
                .Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var found) ? found : 0)
                .DefaultIfEmpty()
                .Max();
}
