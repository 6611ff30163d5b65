using System.Globalization;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Queries;

/// <summary>Reads the results and logs of a run's gates from the run's folder.</summary>
/// <param name="run">The run.</param>
/// <param name="repository">The run's repository.</param>
public sealed class GateResultReader(StoredRun run, LocalRepositoryPaths repository)
{
    private readonly RunFolder _folder = new(repository.Root, run.Id);

    /// <summary>
    /// Returns all stored gate results of a run, first those on the base, then those of the tasks, and finally those on staging.
    /// </summary>
    public IReadOnlyList<GateResultLine> All() =>
        [
            .. GateEvidence.ReadBase(_folder).Select((verdict, i) => OfRun("base", i, GateStage.Base, verdict)),
            .. GateEvidence
                .ReadOfTasks(_folder)
                .Select(stored => new GateResultLine(
                    $"{stored.Task}.{stored.Place.Replace('/', '.')}",
                    stored.OfMerge ? GateStage.Merge : GateStage.Task,
                    stored.Task,
                    stored.Verdict
                )
                {
                    Attempt = stored.Attempt,
                }),
            .. GateEvidence.ReadLanding(_folder).Select((verdict, i) => OfRun("landing", i, GateStage.Landing, verdict)),
        ];

    /// <summary>
    /// Returns the results of all gates in plan order. Results on the base come first, then those of each task's attempts and merges, and
    /// finally those on staging.
    /// </summary>
    public IReadOnlyList<GateResultLine> AllInPlanOrder()
    {
        var gates = All();
        var order = run.Status.Tasks.Index().ToDictionary(task => task.Item.Id, task => task.Index, StringComparer.Ordinal);
        return
        [
            .. gates.Where(gate => gate.Stage == GateStage.Base),
            .. gates
                .Where(gate => gate.Task is not null)
                .OrderBy(gate => order.GetValueOrDefault(gate.Task!, int.MaxValue))
                .ThenBy(gate => gate.Attempt)
                .ThenBy(gate => gate.Stage),
            .. gates.Where(gate => gate.Stage == GateStage.Landing),
        ];
    }

    /// <summary>Returns a part of a gate's log.</summary>
    /// <param name="id">Id of the gate's result.</param>
    /// <param name="after">Number of lines to skip.</param>
    /// <param name="limit">Maximum number of lines.</param>
    /// <exception cref="UseCaseException">The run has no such result, or the result has no log.</exception>
    public GateLogDocument Log(string id, int after, int limit)
    {
        var found =
            All().FirstOrDefault(gate => gate.Id == id)
            ?? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} has no gate result '{id}'.",
                "Choose an id from the list of gate results."
            );
        var file = found.Verdict.EvidenceFile is { } log ? Path.GetFullPath(log, repository.Root) : null;
        if (
            file is null
            || !file.StartsWith(repository.RunsFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || !File.Exists(file)
        )
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The gate result '{id}' has no log.",
                "Only gates that actually ran have a log; cached results have none."
            );
        }
        // One additional line is read to find out whether another part follows.
        string[] lines = [.. File.ReadLines(file).Skip(after).Take(limit + 1)];
        return new GateLogDocument(
            run.Id,
            id,
            after + 1,
            [.. lines.Take(limit)],
            lines.Length > limit ? (after + limit).ToString(CultureInfo.InvariantCulture) : null
        );
    }

    private static GateResultLine OfRun(string name, int index, GateStage stage, GateVerdict verdict) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name}.{index}"), stage, null, verdict);
}
