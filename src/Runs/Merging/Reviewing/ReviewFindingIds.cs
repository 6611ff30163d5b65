namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>
/// Assigns ids to the findings of a review round. A finding and the task that fixes it have the same id. The same round at the same commit
/// always gets the same ids. After a reset, a round with the same number may review another commit. Its findings then get ids that the run
/// has never used, because a finding whose id belongs to a merged task would count as fixed.
/// </summary>
internal sealed class ReviewFindingIds
{
    private readonly string _prefix;
    private readonly HashSet<string> _taken;
    private int _next;

    private ReviewFindingIds(string prefix, HashSet<string> taken, int first) => (_prefix, _taken, _next) = (prefix, taken, first);

    /// <summary>Creates the ids for a round. The first number is stored before it is used.</summary>
    /// <param name="round">Number of the round.</param>
    /// <param name="file">Absolute path of the file that stores the first number.</param>
    public static ReviewFindingIds Of(RunPlanAndSettings run, int round, string file)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"review-{round}-");
        if (!File.Exists(file) || !int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
        {
            first = LastBegun(Path.GetDirectoryName(run.Folder.Task(ReviewTaskDefinition.Id))!, prefix) + 1;
            DurableFile.Write(file, Encoding.UTF8.GetBytes(first.ToString(CultureInfo.InvariantCulture)));
        }
        return new ReviewFindingIds(prefix, run.Plan.Tasks.Select(task => task.Id).ToHashSet(StringComparer.OrdinalIgnoreCase), first);
    }

    /// <summary>Returns the next unused id.</summary>
    public string Next()
    {
        string id;
        do
        {
            id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_next++}");
        } while (!_taken.Add(id));
        return id;
    }

    /// <summary>Returns the highest task number of a round for which a task was ever started.</summary>
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
