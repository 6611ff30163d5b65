using Orchestrator.Gates.Detection;
using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Orchestrator.Settings;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>
/// A worker looks again, whoever started the run: a client that knows nothing of our command, or ours before the files changed.
/// </summary>
public class TrustTests
{
    private const string Plan = "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n";

    [Fact]
    public async Task Load_RunOfARepositoryThatNobodyTrusts_IsRefusedUntilAYesToExactlyThis()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("plan", ("tasks.yaml", Plan), ("yarn.lock", "x\n"));
        repository.Write(".orchestrator/config.yaml", "gates: {task: [make proof]}\nagents: {claude: {mcp: [tracker]}}\n");
        repository.Write(".mcp.json", """{"mcpServers": {"tracker": {"command": "x"}, "other": {"command": "y"}}}""");
        repository.Write(".env", "AWS_REGION=eu-west-1\nAWS_CONFIG_FILE=x\n");
        var services = Services(repository);

        var before = await LoadAsync(services, repository);
        services.Trust!.TrustForRun(repository.Path, "run", Question(services, repository));
        var trusted = await LoadAsync(services, repository);
        var otherRun = await LoadAsync(services, repository, "other");
        repository.Write(".orchestrator/config.yaml", "gates: {task: [make another proof]}\n");
        var changed = await LoadAsync(services, repository);

        Assert.Contains("is not trusted on this machine", Assert.Single(before.Faults), StringComparison.Ordinal);
        Assert.Empty(trusted.Faults);
        Assert.Single(otherRun.Faults);
        Assert.Single(changed.Faults);
        var start = new RunPlanCache().Load(Reference(repository), "run", trusted.Hash).Start;
        Assert.Equal("make proof", Assert.Single(start.Gates.Configured!).Command);
        Assert.Equal(["yarn install --immutable"], start.Found.SetUp);
        Assert.Equal(["AWS_REGION"], start.Found.AgentVariables);
        Assert.Equal(["tracker"], start.Found.McpServers.Keys);
    }

    /// <summary>A committed file that has passwords copied to where agents work.</summary>
    [Fact]
    public async Task Load_WorktreeIncludeOfTheRepository_IsAskedAboutAndAgainWhenItChanges()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("plan", ("tasks.yaml", Plan), (".worktreeinclude", "# local settings\nlocal.env\n"));
        var services = Services(repository);

        var question = Question(services, repository);
        var before = await LoadAsync(services, repository);
        services.Trust!.TrustForRun(repository.Path, "run", question);
        var trusted = await LoadAsync(services, repository);
        repository.Write(".worktreeinclude", "local.env\n*.pem\n");

        var item = Assert.Single(question.Items);
        Assert.Equal((TrustRequiringSettingEffect.HandsOver, "local.env", ".worktreeinclude"), (item.Kind, item.Value, item.Source));
        Assert.Single(before.Faults);
        Assert.Empty(trusted.Faults);
        Assert.Single((await LoadAsync(services, repository)).Faults);
    }

    [Fact]
    public async Task Load_RepositoryThatAsksForNothing_NeedsNoYes()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("plan", ("tasks.yaml", Plan));
        repository.Write(".orchestrator/config.yaml", "workers: 7\nmodel: haiku\n");

        var loaded = await LoadAsync(Services(repository), repository);

        Assert.Empty(loaded.Faults);
        Assert.Equal(7, loaded.Rules.Workers);
    }

    private static RunServiceBundle Services(TemporaryRepository repository) =>
        new("host", ["orchestrate", "hook"], TimeProvider.System)
        {
            Environment = new Dictionary<string, string> { ["HOME"] = repository.Beside("home"), ["PATH"] = "/usr/bin:/bin" },
            Trust = new RepositoryTrustStore(repository.Beside("trust.json")),
        };

    private static RepositoryTrustRequest Question(RunServiceBundle services, TemporaryRepository repository) =>
        RepositorySettings
            .Load(
                repository.Path,
                SettingsFiles.Read(repository.Path, services.Environment, []),
                ProjectDefinedCommandFinder.Find,
                services.Trust!
            )
            .Question;

    private static RepositoryReference Reference(TemporaryRepository repository) => new(repository.Path, "key", "queue");

    private static Task<PlanOutline> LoadAsync(RunServiceBundle services, TemporaryRepository repository, string run = "run") =>
        new PlanLoader(services).LoadAsync(
            new LoadPlanInput(run, Reference(repository), new OrchestrationInput { Repository = repository.Path, PlanFile = "tasks.yaml" })
        );
}
