namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Assigns ids to a round's findings, which are also the ids of their tasks. The same round at the same commit always gets the
/// same ids. After a reset, a round of the same number may review another commit. Its findings get ids that no task of the run has had.
/// Otherwise they would count as done if a task with the same id was merged.</summary>
internal sealed class FindingIds
{
    private readonly string _prefix;
    private readonly HashSet<string> _taken;
    private int _next;

    private FindingIds(string prefix, HashSet<string> taken, int first) => (_prefix, _taken, _next) = (prefix, taken, first);

    /// <summary>Creates the ids of a round. The first number is stored before it is used.</summary>
    /// <param name="round">Number of the round.</param>
    /// <param name="file">Path of the file for the first number.</param>
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

    /// <summary>Returns the next free id.</summary>
    public string Next()
    {
        string id;
        do
        {
            id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_next++}");
        } while (!_taken.Add(id));
        return id;
    }

    /// <summary>Returns the highest number of a task of that round that was ever started.</summary>
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
