using Orchestrator.Agents;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A plan with a contract, run to the end on the embedded engine with a shell script as agent.</summary>
public class ContractRunTests
{
    private const string StubFile = "contracts/store.py";

    private const string Plan = $$"""
        tasks:
          - {id: maker, description: Make the store, files_write: [memory.py, "contracts/**"], verification: [{command: test -s memory.py}]}
          - {id: user, description: Use the store, files_write: [user.py], verification: [{command: test -s user.py}]}
        contracts:
          - {name: Store, file_path: {{StubFile}}, methods: ["get(key: str) -> str"], consumers: [user]}
        """;

    // First the maker changes the contract, then it breaks it, then it holds it. The user copies the stub that it finds.
    private const string Agent = $$"""
        cat > "$HOME/$ORCHESTRATOR_TASK-$ORCHESTRATOR_ATTEMPT.prompt"
        case "$ORCHESTRATOR_TASK-$ORCHESTRATOR_ATTEMPT" in
          user-*) cp {{StubFile}} user.py ;;
          maker-1) echo 'class Store: pass' > {{StubFile}}; echo x > memory.py ;;
          maker-2) $(grep -o 'git checkout [0-9a-f]*' "$HOME/maker-2.prompt") -q -- {{StubFile}}
            printf 'class Memory(Store):\n    def get(self): ...\n' > memory.py ;;
          maker-3) printf 'class Memory(Store):\n    def get(self, key): ...\n' > memory.py ;;
        esac
        """;

    [Fact]
    public async Task Run_PlanWithAContract_StubGoesFirstAMakerWhoBreaksItGoesBackAndItLands()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(Agent);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        cli.Write("tasks.yaml", Plan);
        var start = cli.Git("rev-parse", "HEAD").Trim();
        var stub = InterfaceContractStub.Of(
            new InterfaceContractDefinition
            {
                Name = "Store",
                FilePath = StubFile,
                Methods = ["get(key: str) -> str"],
            }
        )!;

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        var first = cli.Git("rev-list", "--first-parent", "--reverse", $"{start}..HEAD").Split('\n')[0];
        Assert.Equal(StubFile, cli.Git("diff", "--name-only", start, first).Trim());
        Assert.Equal(stub.Content, cli.Read(StubFile));
        Assert.Equal(stub.Content, cli.Read("user.py"));
        Assert.Contains("def get(self, key)", cli.Read("memory.py"), StringComparison.Ordinal);
        Assert.Contains($"## Store (version {stub.Version}) in `{StubFile}`", Prompt("user-1"), StringComparison.Ordinal);
        Assert.Contains("which only the orchestrator may change", Prompt("maker-2"), StringComparison.Ordinal);
        Assert.Contains(
            "class Memory declares that it implements Store, but its method get can't be called",
            Prompt("maker-3"),
            StringComparison.Ordinal
        );

        // The refusal comes before the write, too: the policy of a start names the contracts' files.
        var policy = Directory
            .GetFiles(Path.Combine(cli.Folder, ".orchestrator", "runs"), "policy", SearchOption.AllDirectories)
            .First(p => p.Contains("/maker/1/", StringComparison.Ordinal));
        Assert.Equal([StubFile], AgentRunPermissions.Parse(File.ReadAllText(policy)).ReadOnly);

        var warnings = (await cli.RunAsync("status", "--json")).Json["warnings"]!.AsArray().Select(w => (string?)w);
        Assert.Contains(warnings, w => w!.Contains("no gate checks types", StringComparison.Ordinal));

        string Prompt(string start) => File.ReadAllText(Path.Combine(cli.Home, start + ".prompt"));
    }

    [Fact]
    public async Task Run_ConsumerIsBlockedByItsContract_TheChangedPlanIsTakenUpFromThere()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(
            $$"""
            cat > '{{cli.Home}}'/$ORCHESTRATOR_TASK.prompt
            echo $ORCHESTRATOR_TASK >> '{{cli.Home}}/starts'
            case $ORCHESTRATOR_TASK in
              maker) echo x > memory.py ;;
              user) if grep -q deep {{StubFile}}; then cp {{StubFile}} user.py; else
                echo '{"status": "blocked", "reason": "Store.get would need a parameter deep"}' > .task-status.json; fi ;;
            esac

            """
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        var plan = Plan.Replace(", \"contracts/**\"]", "], files_read: []", StringComparison.Ordinal);
        cli.Write("tasks.yaml", plan);
        var old = InterfaceContractStub.Of(
            new InterfaceContractDefinition
            {
                Name = "Store",
                FilePath = StubFile,
                Methods = ["get(key: str) -> str"],
            }
        )!;

        var blocked = await cli.RunAsync("run", "--yes");
        var question = (await cli.RunAsync("status", "--json")).Json["questions"]![0]!;
        var cancelled = await cli.RunAsync("cancel");
        cli.Write("tasks.yaml", plan.Replace("get(key: str)", "get(key: str, deep: bool)", StringComparison.Ordinal));
        var run = await cli.RunAsync("run", "--yes");

        Assert.True(blocked.ExitCode == 3, blocked.People);
        Assert.Contains(
            "To change the contract Store: cancel the run, change its methods in the plan",
            (string)question["question"]!,
            StringComparison.Ordinal
        );
        Assert.True(cancelled.ExitCode == 0, cancelled.People);
        Assert.Contains("cancelled", cancelled.People, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("deep: bool", cli.Read("user.py"), StringComparison.Ordinal);
        Assert.Contains("deep: bool", File.ReadAllText(Path.Combine(cli.Home, "user.prompt")), StringComparison.Ordinal);
        Assert.Equal("maker user user", string.Join(' ', File.ReadAllLines(Path.Combine(cli.Home, "starts")).Order()));
        Assert.Contains(
            $"no longer at version {old.Version}, which user used",
            (await cli.RunAsync("status", "--json")).Json["warnings"]!.ToJsonString(),
            StringComparison.Ordinal
        );
    }
}
