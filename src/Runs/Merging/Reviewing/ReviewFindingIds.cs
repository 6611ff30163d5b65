namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>
/// Assigns ids to the findings of a review round. A finding and the task that fixes it share an id, so a repeated round at the same commit
/// must assign the same ids. If a reset run reviews another commit, the round gets unused ids, because a finding with a merged task's id
/// would count as fixed.
/// </summary>
internal sealed class ReviewFindingIds
{
    private readonly string _prefix;
    private readonly HashSet<string> _taken;
    private int _next;

    private ReviewFindingIds(string prefix, HashSet<string> taken, int first) => (_prefix, _taken, _next) = (prefix, taken, first);

    /// <summary>
    /// Creates the id generator of a round. The number of the first id is stored before any id is assigned, so that a repeated call assigns
    /// the same ids.
    /// </summary>
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

    /// <summary>Returns the highest number in the ids of a round's tasks that were ever started, or 0 if there are none.</summary>
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
