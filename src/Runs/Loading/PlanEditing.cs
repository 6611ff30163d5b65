namespace Orchestrator.Runs.Loading;

/// <summary>A planner's plan in a person's editor: a copy in the run's folder, which stays there.</summary>
/// <param name="repository">Where the run is.</param>
/// <param name="runId">The run that the plan was made for.</param>
/// <param name="environment">Variables: <c>VISUAL</c> and <c>EDITOR</c> name the editor; without them it is <c>vi</c>.</param>
public sealed class PlanEditing(RepositoryLocation repository, string runId, IReadOnlyDictionary<string, string> environment)
{
    private static readonly string[] Variables = ["VISUAL", "EDITOR"];
    private readonly RunFolder _folder = new(repository.Root, runId);

    /// <summary>The copy, relative to the repository.</summary>
    public string Name => _folder.Relative(Path);

    private string Path => _folder.Planning("edited.yaml");

    /// <summary>Lets the person edit the plan until the editor is closed.</summary>
    /// <param name="plan">The plan to begin with; null: the copy as it is.</param>
    /// <returns>What is read of the file then: faults of its content are part of it.</returns>
    /// <exception cref="Exception">The editor can't be started; <c>ProgramFailure</c> explains.</exception>
    public async Task<PlanReadResult> EditAsync(Plan? plan)
    {
        if (plan is not null)
        {
            DurableFile.Write(Path, Encoding.UTF8.GetBytes(TaskGraphYaml.WriteShort(plan)));
        }
        var editor = Variables.Select(environment.GetValueOrDefault).FirstOrDefault(e => !string.IsNullOrWhiteSpace(e));
        await ForegroundProgram.RunAsync(editor ?? "vi", [Path], repository.WorkTree);
        return PlanBytes.ReadPlan(repository.Root, Path, Name).WithConflicts();
    }

    /// <summary>The place where the planner's plan of a run is kept, relative to the repository; null: it made none.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">The run.</param>
    public static string? KeptAt(string repository, string runId)
    {
        var folder = new RunFolder(repository, runId);
        var file = folder.Planning("plan.yaml");
        return File.Exists(file) ? folder.Relative(file) : null;
    }
}
