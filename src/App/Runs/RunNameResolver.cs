namespace Orchestrator.App.Runs;

/// <summary>
/// Finds runs by text that a user typed. The text can be an id, a folder name, a prefix or suffix of an id, or a word of a title. All
/// commands that take a run use this class.
/// </summary>
public static class RunNameResolver
{
    /// <summary>
    /// Minimum length of a suffix in characters. The random part of an id has six characters, so a shorter suffix could match another run
    /// by chance.
    /// </summary>
    private const int LeastEnd = 4;
    private const int EndLength = 6;
    private const int LeastWords = 3;
    private const int MostNamed = 10;

    private sealed record RunLookupCandidate(string Id, string Files, string Title);

    /// <summary>
    /// Returns the id that a text identifies uniquely. The ids may include runs that have no folder on this machine, for example runs on a
    /// server.
    /// </summary>
    /// <param name="ids">The ids of the runs.</param>
    /// <param name="text">The text that the user typed.</param>
    /// <param name="repository">Repository whose runs are also searched by their titles, or null to search no titles.</param>
    /// <returns>The id of the run.</returns>
    /// <exception cref="UseCaseException">The text identifies no run or more than one.</exception>
    public static string RequireId(IEnumerable<string> ids, string text, LocalRepositoryPaths? repository)
    {
        var stored = repository is null ? [] : StoredRunFinder.List(repository);
        var titles = stored.DistinctBy(run => run.Id).ToDictionary(run => run.Id, run => run.Status.Title);
        return Require([.. ids.Distinct().Select(id => new RunLookupCandidate(id, id, titles.GetValueOrDefault(id, "")))], text, []).Id;
    }

    /// <summary>
    /// Returns the runs that a text identifies. Only those with the most exact kind of match are returned. The list has one entry if the
    /// text is unambiguous.
    /// </summary>
    /// <param name="runs">The runs to search.</param>
    /// <param name="text">The text that the user typed.</param>
    public static IReadOnlyList<StoredRun> Find(IReadOnlyList<StoredRun> runs, string text) =>
        Of(runs, Find([.. runs.Select(NamesOf)], text));

    /// <summary>
    /// Returns the runs that a text identifies, like <c>Find</c>. Titles are ignored, because a word in a title may also be the id of a
    /// task.
    /// </summary>
    public static IReadOnlyList<StoredRun> FindById(IReadOnlyList<StoredRun> runs, string text) =>
        Of(runs, FindById([.. runs.Select(NamesOf)], text));

    /// <summary>Returns the only run that a text identifies.</summary>
    /// <param name="runs">All runs.</param>
    /// <param name="text">The text that the user typed.</param>
    /// <param name="tasks">Ids of tasks that the user may have meant. They are included in suggestions.</param>
    /// <exception cref="UseCaseException">The text identifies no run or more than one.</exception>
    public static StoredRun Require(IReadOnlyList<StoredRun> runs, string text, IEnumerable<string> tasks)
    {
        var found = Require([.. runs.Select(NamesOf)], text, tasks);
        return runs.First(run => run.Id == found.Id);
    }

    private static RunLookupCandidate NamesOf(StoredRun run) => new(run.Id, run.Name, run.Status.Title);

    private static IReadOnlyList<StoredRun> Of(IReadOnlyList<StoredRun> runs, IReadOnlyList<RunLookupCandidate> found) =>
        [.. runs.Where(run => found.Any(names => names.Id == run.Id))];

    private static List<RunLookupCandidate> Find(IReadOnlyList<RunLookupCandidate> runs, string text) =>
        FindById(runs, text) is { Count: > 0 } called ? called : [.. runs.Where(run => HasWords(run.Title, text))];

    private static List<RunLookupCandidate> FindById(IReadOnlyList<RunLookupCandidate> runs, string text)
    {
        Func<string, bool>[] kinds =
        [
            name => name.Equals(text, StringComparison.OrdinalIgnoreCase),
            name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase),
            name => text.Length >= LeastEnd && name.EndsWith(text, StringComparison.OrdinalIgnoreCase),
        ];
        return text.Length == 0
            ? []
            : kinds
                .Select(kind => runs.Where(run => kind(run.Id) || kind(run.Files)).ToList())
                .FirstOrDefault(found => found.Count > 0, []);
    }

    private static RunLookupCandidate Require(IReadOnlyList<RunLookupCandidate> runs, string text, IEnumerable<string> tasks) =>
        Find(runs, text) switch
        {
            [var only] => only,
            { Count: > 1 } several => throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{text}' names more than one run: {string.Join(", ", several.Take(MostNamed).Select(run => run.Id))}.",
                "Specify more of the run's id, or its last six characters."
            ),
            _ => throw Unknown(runs, text, [.. tasks]),
        };

    private static UseCaseException Unknown(IReadOnlyList<RunLookupCandidate> runs, string text, IReadOnlyList<string> tasks)
    {
        string[] ids = [.. runs.Select(run => run.Id)];
        var near =
            NearestName.Of(text, ids.Concat(tasks))
            ?? ByAnother(runs, text, run => run.Id.Length > EndLength ? [run.Id[^EndLength..]] : [])
            ?? ByAnother(runs, text, run => Words(run.Title));
        return new UseCaseException(
            UseCaseOutcome.Usage,
            tasks.Count == 0 ? $"No run is named '{text}'." : $"No run or task is named '{text}'.",
            near is not null ? $"Did you mean '{near}'?"
                : ids.Length == 0 ? "'orchestrate history' lists the runs of this repository."
                : $"Known runs: {string.Join(", ", ids.Take(MostNamed))}{(ids.Length > MostNamed ? ", ..." : "")}."
        );
    }

    // Returns the run that has the most similar name.
    private static string? ByAnother(
        IReadOnlyList<RunLookupCandidate> runs,
        string text,
        Func<RunLookupCandidate, IEnumerable<string>> names
    ) => NearestName.Of(text, runs.SelectMany(names)) is { } near ? runs.First(run => names(run).Contains(near)).Id : null;

    private static bool HasWords(string title, string text)
    {
        var known = Words(title);
        var given = Words(text);
        return given.Sum(word => word.Length) >= LeastWords
            && given.All(word => known.Exists(other => other.StartsWith(word, StringComparison.OrdinalIgnoreCase)));
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var from = 0;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || !char.IsLetterOrDigit(text[at]))
            {
                if (at > from)
                {
                    words.Add(text[from..at]);
                }
                from = at + 1;
            }
        }
        return words;
    }
}
