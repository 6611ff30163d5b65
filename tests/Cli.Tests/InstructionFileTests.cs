using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Instructions of the house reach agents, planners and reviewers, in whichever files they stand, and each of them once.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class InstructionFileTests
{
    private const string House = "Indent with tabs everywhere.";

    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [src/web/one.txt], verification: [test -s src/web/one.txt]}

        """;

    private const string Records = """
        cat > "$HOME/prompt-$ORCHESTRATOR_TASK"
        if [ "$ORCHESTRATOR_TASK" = planner ]; then
          echo '{"tasks": [{"id": "one", "description": "First", "prompt": "Write it", "files_write": ["src/web/one.txt"],
            "verification": ["test -s src/web/one.txt"]}]}'
          exit
        fi
        case "$ORCHESTRATOR_TASK" in .review*) echo '{"verdict": "accept", "summary": "well", "findings": [], "earlier": []}'; exit ;; esac
        mkdir -p src/web && echo done > src/web/one.txt
        """;

    [Theory]
    [InlineData("link")]
    [InlineData("import")]
    [InlineData("agents")]
    [InlineData("gemini")]
    [InlineData("folder")]
    [InlineData("rules")]
    public async Task Agent_InstructionsInAnyForm_AreInItsPromptOnce(string form)
    {
        using var cli = await RepositoryAsync(Records, form);

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        var prompt = Home(cli, "prompt-one");
        Assert.Equal(2, prompt.Split(House).Length);
        Assert.DoesNotContain("@AGENTS.md", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("import")]
    [InlineData("agents")]
    [InlineData("rules")]
    public async Task Claude_InstructionsInAnyForm_AreInItsSystemPromptOnce(string form)
    {
        using var cli = await RepositoryAsync("exit 1", form);
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName, "claude");
        await File.WriteAllTextAsync(
            program,
            $$$"""
            #!/bin/sh
            HOME='{{{cli.Home}}}'
            case "$1" in
            --version) echo '2.1.328 (Claude Code)'; exit 0;;
            auth) echo '{"loggedIn":true,"authMethod":"test","apiProvider":"firstParty"}'; exit 0;;
            esac
            cat > "$HOME/prompt"
            while [ $# -gt 0 ]; do
              [ "$1" = --append-system-prompt-file ] && cp "$2" "$HOME/system"
              shift
            done
            mkdir -p src/web && echo done > src/web/one.txt
            printf '{"type":"system","subtype":"init","session_id":"s","model":"m","tools":[],"mcp_servers":[],'
            echo '"claude_code_version":"2.1.328"}'
            printf '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"Done.","session_id":"s",'
            echo '"total_cost_usd":0.01,"usage":{},"modelUsage":{}}'

            """
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = $"{Path.GetDirectoryName(program)}:{cli.Environment["PATH"]}";
        cli.Write(".orchestrator/config.yaml", "disk: {reserve: 1}\n");
        await cli.TrustAsync();

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(2, Home(cli, "system").Split(House).Length);
        Assert.DoesNotContain(House, Home(cli, "prompt"), StringComparison.Ordinal);
    }

    /// <summary>Codex reads AGENTS.md at the root by itself, and nothing else.</summary>
    [Theory]
    [InlineData("agents", 1)]
    [InlineData("link", 1)]
    [InlineData("import", 1)]
    [InlineData("claude", 2)]
    [InlineData("nested", 2)]
    public async Task DescribedAgent_FileThatItsProgramReads_IsNotSentAgain(string form, int pieces)
    {
        using var cli = await RepositoryAsync("exit 1", form);
        var program = Path.Combine(cli.Home, "codex.sh");
        await File.WriteAllTextAsync(
            program,
            $$$"""
            HOME='{{{cli.Home}}}'
            case "$*" in *--version*) echo 'codex-cli 0.169.0'; exit ;; esac
            cat > "$HOME/prompt"
            mkdir -p src/web && echo done > src/web/one.txt
            echo '{"type":"thread.started","thread_id":"01"}'
            echo '{"type":"turn.completed","usage":{"input_tokens":1,"cached_input_tokens":0,"output_tokens":1}}'

            """
        );
        cli.Environment["OPENAI_API_KEY"] = "key";
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{description: {{like: codex}}, command: [/bin/sh, {program}], free: true}}}}\n"
                + "disk: {reserve: 1}\n"
        );
        await cli.TrustAsync();

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(pieces, Home(cli, "prompt").Split(House).Length);
    }

    [Fact]
    public async Task Agent_InstructionsOfFoldersAndPaths_AreSentWhereTheyMatterAndNamedElsewhere()
    {
        using var cli = await RepositoryAsync(Records, "agents");
        cli.Write("src/web/CLAUDE.md", "Web: no inline styles.\n");
        cli.Write("src/api/AGENTS.md", "Api: no new endpoints.\n");
        cli.Write(".claude/rules/web.md", "---\npaths:\n  - \"src/web/**/*.txt\"\n---\nTexts end with a line break.\n");
        cli.Write(".claude/rules/go.md", "---\npaths: [\"**/*.go\", 'cmd/**']\n---\nWrap errors.\n");
        Commit(cli);

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        var prompt = Home(cli, "prompt-one");
        Assert.All(
            ["Web: no inline styles.", "Texts end with a line break.", "src/api/AGENTS.md", ".claude/rules/go.md"],
            text => Assert.Contains(text, prompt, StringComparison.Ordinal)
        );
        Assert.All(["Api: no new endpoints.", "Wrap errors."], text => Assert.DoesNotContain(text, prompt, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Planner_Reviewer_GetTheInstructionsToo()
    {
        using var cli = await RepositoryAsync(Records, "import");
        cli.Write(
            ".orchestrator/config.yaml",
            cli.Read(".orchestrator/config.yaml") + "planner: {agent: mine}\nreview: {enabled: true, agent: mine}\n"
        );
        await cli.TrustAsync();

        var run = await cli.RunAsync("run", "write the first file", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(2, Home(cli, "prompt-planner").Split(House).Length);
        var review = Directory.GetFiles(cli.Home, "prompt-.review*").Select(File.ReadAllText).First();
        Assert.Equal(2, review.Split(House).Length);
    }

    private static async Task<CliFixture> RepositoryAsync(string script, string form)
    {
        var cli = RunCommandTests.Repository(script);
        cli.Write("tasks.yaml", Plan);
        var agents = Path.Combine(cli.Folder, "AGENTS.md");
        switch (form)
        {
            case "link":
                cli.Write("AGENTS.md", $"{House}\n");
                File.CreateSymbolicLink(Path.Combine(cli.Folder, "CLAUDE.md"), "AGENTS.md");
                break;
            case "import":
                cli.Write("AGENTS.md", $"{House}\n");
                cli.Write("CLAUDE.md", "@AGENTS.md\n");
                break;
            case "agents":
                await File.WriteAllTextAsync(agents, $"{House}\n");
                break;
            case "claude":
                cli.Write("CLAUDE.md", $"{House}\n");
                break;
            case "gemini":
                cli.Write("GEMINI.md", $"{House}\n");
                break;
            case "folder":
                cli.Write(".claude/CLAUDE.md", $"{House}\n");
                break;
            case "rules":
                cli.Write("docs/rules/style.md", $"{House}\n");
                Directory.CreateDirectory(Path.Combine(cli.Folder, ".claude"));
                Directory.CreateSymbolicLink(Path.Combine(cli.Folder, ".claude", "rules"), "../docs/rules");
                break;
            case "nested":
                cli.Write("src/web/AGENTS.md", $"{House}\n");
                break;
        }
        Commit(cli);
        return await cli.TrustAsync();
    }

    private static string Home(CliFixture cli, string name) => File.ReadAllText(Path.Combine(cli.Home, name));

    private static void Commit(CliFixture cli)
    {
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", "Instructions");
    }
}
