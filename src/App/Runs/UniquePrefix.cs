namespace Orchestrator.App.Runs;

/// <summary>Finds an id by its unique prefix.</summary>
public static class UniquePrefix
{
    /// <summary>Returns the id that equals the text or is the only one that starts with it.</summary>
    /// <param name="given">The text that the user typed.</param>
    /// <param name="ids">All ids.</param>
    /// <param name="what">Kind of the id in messages, such as "run" or "task of this plan".</param>
    /// <exception cref="UseCaseException">No id or more than one id starts with the text.</exception>
    public static string Find(string given, IReadOnlyList<string> ids, string what)
    {
        if (ids.FirstOrDefault(id => string.Equals(id, given, StringComparison.OrdinalIgnoreCase)) is { } exact)
        {
            return exact;
        }
        var found = given.Length == 0 ? [] : ids.Where(id => id.StartsWith(given, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found is [var only])
        {
            return only;
        }
        if (found.Count > 1)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{given}' is the beginning of more than one {what}: {string.Join(", ", found.Take(10))}.",
                "Specify more characters of the id."
            );
        }
        if (ids.Count == 0)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{None(given, what)}, because no {what} exists.",
                "See 'orchestrate status'."
            );
        }
        var near = NearestName.Of(given, ids);
        var known = near is null
            ? $"Known: {string.Join(", ", ids.Take(10))}{(ids.Count > 10 ? ", ..." : "")}."
            : $"Did you mean '{near}'?";
        throw new UseCaseException(UseCaseOutcome.Usage, $"{None(given, what)}.", known);
    }

    private static string None(string given, string what) => $"No {what} is named '{given}'";
}
