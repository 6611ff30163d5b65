namespace Orchestrator.Gates;

/// <summary>Notes about gates that do not prevent a merge.</summary>
public static class GateNotes
{
    private const int MostHits = 3;

    /// <summary>Short notes for people about gates that do not prevent a merge: cached, unusual or flaky results.</summary>
    public static IEnumerable<string> Notes(IReadOnlyList<GateVerdict> outcomes)
    {
        var hits = outcomes.Where(o => o is { Cached: not null, Result: GateResult.Passed }).ToList();
        return
        [
            .. hits.Take(MostHits).Select(o => $"gate '{o.Gate.Name}': {o.Cached}"),
            .. hits.Count > MostHits ? (string[])[$"{hits.Count - MostHits} more gates: taken from the cache"] : [],
            .. outcomes
                .Where(o => o.Suspicion is not null)
                .Take(MostHits)
                .Select(o => $"gate '{o.Gate.Name}' is {(o.Passed ? "green, but strange" : "strange")}: {o.Suspicion}"),
            .. outcomes
                .Except(hits)
                .Select(o => (o.Gate.Name, Said: Said(o)))
                .Where(n => n.Said.Length > 0)
                .Select(n => $"gate '{n.Name}': {n.Said}"),
        ];
    }

    /// <summary>A short summary: how many results were cached, and the notes of the others.</summary>
    public static IEnumerable<string> Summary(IReadOnlyList<GateVerdict> outcomes) =>
        Notes([.. outcomes.Where(o => o.Cached is null)]).Prepend(FromCache(outcomes)).Where(note => note.Length > 0);

    /// <summary>How many results were cached; empty where none was.</summary>
    public static string FromCache(IReadOnlyList<GateVerdict> outcomes) =>
        outcomes.Count(o => o is { Cached: not null, Result: GateResult.Passed }) is > 0 and var hits
            ? string.Create(CultureInfo.InvariantCulture, $"{hits} of {outcomes.Count} gates taken from the cache")
            : "";

    private static string Said(GateVerdict verdict) =>
        verdict switch
        {
            { Quarantine: { } why } => $"failed and only advises, since {why}",
            { Passed: true, Failure: GateFailure.Flaky } => "failed, and passed when run again on the same files",
            { BeforeWork: { } before } => before,
            { Passed: true } => verdict.Advice,
            { Gate: { IsMeasurement: true, Required: false } } => $"it only advises, but: {verdict.Summary}",
            _ => "",
        };
}
