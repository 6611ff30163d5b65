using System.Text;
using Orchestrator.Runs.Loading;

namespace Orchestrator.App.PlanFiles;

/// <summary>Opens a planner's plan in the user's editor. The edited file is a copy in the run's folder.</summary>
/// <param name="repository">The repository of the run.</param>
/// <param name="runId">Id of the run for which the plan was made.</param>
/// <param name="environment">Environment variables of the user. The editor is the value of <c>VISUAL</c> or <c>EDITOR</c>. Default:
/// <c>vi</c>.</param>
public sealed class PlanEditorLauncher(LocalRepositoryPaths repository, string runId, IReadOnlyDictionary<string, string> environment)
{
    private static readonly string[] Variables = ["VISUAL", "EDITOR"];
    private readonly RunFolder _folder = new(repository.Root, runId);

    /// <summary>Path of the edited copy, relative to the repository.</summary>
    public string Name => _folder.Relative(Path);

    private string Path => _folder.Planning("edited.yaml");

    /// <summary>Opens the editor and waits until the user closes it.</summary>
    /// <param name="plan">The plan to edit, or null to edit the existing copy.</param>
    /// <returns>The edited plan. Faults in its content are part of the result.</returns>
    /// <exception cref="Exception">The editor cannot be started; <c>ProgramFailureDescription</c> explains the reason.</exception>
    public async Task<PlanReadResult> EditAsync(Plan? plan)
    {
        if (plan is not null)
        {
            DurableFile.Write(Path, Encoding.UTF8.GetBytes(TaskGraphYamlWriter.WriteShort(plan)));
        }
        var editor = Variables.Select(environment.GetValueOrDefault).FirstOrDefault(e => !string.IsNullOrWhiteSpace(e));
        await InteractiveProgramRunner.RunAsync(editor ?? "vi", [Path], repository.WorkTree);
        return PlanFileReader.ReadPlan(repository.Root, Path, Name).WithConflicts();
    }

    /// <summary>
    /// Returns the path of the plan that a run's planner made, relative to the repository. Returns null if there is no such plan.
    /// </summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">Id of the run.</param>
    public static string? KeptAt(string repository, string runId)
    {
        var folder = new RunFolder(repository, runId);
        var file = folder.Planning("plan.yaml");
        return File.Exists(file) ? folder.Relative(file) : null;
    }
}
