using System.Text;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tasks;
using Orchestrator.Agents;
using Orchestrator.Contracts;
using Orchestrator.Git;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Settings;

namespace Orchestrator.Activities.Planning;

/// <summary>Begins planning: looks whether the planner can work, and stores what it will be told, so that every later step has the same.</summary>
internal sealed class PlanningStart(ActivityServices services)
{
    /// <summary>Some 10,000 tokens: enough for the names that matter in a large repository.</summary>
    private const int OutlineLimit = 40_000;

    /// <summary>A request is text for a model; one above this is no request but a mistake.</summary>
    private const int LongestRequest = 400_000;

    public async Task<PlanningBegun> BeginAsync(BeginPlanningInput input, CancellationToken stop)
    {
        var settings = SettingsLoader.Load(SettingsFiles.Read(input.Repository.Path, services.Environment, []));
        if (settings.Settings is null)
            return new PlanningBegun { Faults = [.. settings.Errors.Select(e => e.ToString())] };
        var files = new PlanningFiles(input.Repository, input.RunId);
        if (!files.IsBegun && await StoreAsync(input, settings.Settings, files, stop) is { } fault)
            return new PlanningBegun { Faults = [fault] };
        return new PlanningBegun
        {
            Warnings = [.. settings.Warnings.Select(w => w.ToString())],
            Title = PlanLoading.TitleOf(files.Request),
            Agent = files.Policy.PlannerAgent,
            Timeout = files.Policy.PlannerTimeout,
            Settings = PlanLoading.RunSettingsOf(settings.Settings, files.Policy, input.Input),
        };
    }

    /// <summary>Stores what planning begins with.</summary>
    /// <returns>Why nothing can be planned; null when all is stored.</returns>
    private async Task<string?> StoreAsync(BeginPlanningInput input, OrchestratorSettings settings, PlanningFiles files, CancellationToken stop)
    {
        var policy = RunPolicy.From(settings, input.Input, PlanLoading.FoundGates(input.Repository.Path));
        var surroundings = await AgentSurroundings.OfAsync(services, input.Repository.Path, policy, null, stop);
        if (AgentCatalog.FindPlanner(policy, services.HookCommand, surroundings, files) is not { } planner)
            return $"There is no planner '{policy.PlannerAgent}' (planner.agent). {AgentCatalog.Unknown(policy.PlannerAgent, policy)}";
        var (request, fault) = ReadRequest(input);
        if (fault is not null)
            return fault;
        var check = await planner.CheckAsync(input.Repository.Path, stop);
        if (check.Status == AgentCheckStatus.Failed)
            return $"The planner '{policy.PlannerAgent}' can't work: {check.Message} {check.Cure}".TrimEnd();
        var repository = await Repositories.OpenAsync(input.Repository.Path);
        var commits = new Commits(repository);
        if (await commits.ReadAsync("HEAD", stop) is not { } head)
            return "The repository has no commit yet, and agents work from a commit. Make one: git commit --allow-empty -m start";
        var prompt = PlannerPrompt.Render(new PlannerPromptInput
        {
            Request = request,
            Outline = RepositoryOutline.Of((await commits.ListFilesAsync(head.Id, stop)).Select(f => f.Path), OutlineLimit),
            Conventions = await commits.ReadFileAsync(head.Id, "CLAUDE.md", stop) is { } text ? Encoding.UTF8.GetString(text) : "",
            Gates = [.. policy.TaskGates.Concat(policy.FoundGates).Select(g => g.Command)],
            Schema = planner is CommandAgentRunner ? PlannerAnswer.Schema : null,
        });
        files.Begin(policy, request, prompt);
        return null;
    }

    private static (string Request, string? Fault) ReadRequest(BeginPlanningInput input)
    {
        if (input.Input.Request is { } said)
            return said.Trim().Length == 0 ? ("", "The request is empty. Say what is to be done.") : (said.Trim(), null);
        var name = input.Input.RequestFile!;
        var path = Path.GetFullPath(name, input.Repository.Path);
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > LongestRequest)
                return ("", $"{name} is longer than {LongestRequest / 1000} KB: no planner reads that. Plan a part of it.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return ("", $"The request can't be read: {missing.Message} Give the path relative to the repository, or absolute.");
        }

        if (!PlanText.TryDecode(bytes, name, out var text, out var fault))
            return ("", fault.ToString());
        return string.IsNullOrWhiteSpace(text) ? ("", $"{name} is empty. Say in it what is to be done.") : (text.Trim(), null);
    }
}
