using System.Globalization;

namespace Orchestrator.App.Queries;

/// <summary>Reads the results and logs of a run's gates from the run's folder.</summary>
/// <param name="run">The run.</param>
/// <param name="repository">The run's repository.</param>
public sealed class GateResultReader(StoredRun run, LocalRepositoryPaths repository)
{
    private readonly RunFolder _folder = new(repository.Root, run.Id);

    /// <summary>Returns the results of all gates of the run.</summary>
    public IReadOnlyList<GateResultLine> All() =>
        [
            .. GateRun
                .ReadAll(_folder)
                .Select(gate => new GateResultLine(gate.Id, gate.Stage, gate.Task.Length > 0 ? gate.Task : null, gate.Verdict)),
        ];

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
}
