using System.Text.Json.Nodes;
using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Real agent programs in a sandbox with a network of its own: they work by keys that they never see.</summary>
public sealed class RealAgentKeyTests
{
    private const string Canary = "sk-ant-canary-7c1b0f5e9d";

    // Each looks at another place in which a key could be.
    private const string Look = """
        tr '\0' '\n' </proc/self/environ; tr '\0' '\n' </proc/$PPID/environ; cat /proc/*/cmdline | tr '\0' '\n'
        curl -s -m 10 --noproxy '*' -H 'x-api-key: mine' http://127.0.0.1:3128/v1/models
        """;

    [BubblewrapFact]
    public async Task Run_ApiKey_StaysOutsideOfTheSandbox()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("MARK-ONE", ApiTurn.Calls(ApiToolUse.Bash(Look)), ApiTurn.Writes("one.txt", "one\n"), ApiTurn.Says("It is there."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n    provider: api\n"
                + "permissions:\n  allow: [\"Bash(*)\"]\n"
        );
        await repository.CommitAsync(
            "start",
            (
                "tasks.yaml",
                "tasks:\n  - {id: one, description: One, prompt: \"MARK-ONE: write one.txt.\", files_write: [one.txt], "
                    + "verification: [{command: test -s one.txt}]}\n"
            )
        );
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        environment["ANTHROPIC_API_KEY"] = Canary;
        environment[Unconfined.Variable] = "on";
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var check = await orchestrate.RunAsync("check");
        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + check.StandardOutput.Text);
        var network = JsonNode.Parse((await orchestrate.RunAsync("network", "--json")).StandardOutput.Text)!;
        Assert.Equal("one", await repository.GitAsync("show", "main:one.txt"));
        Assert.Contains("ANTHROPIC_API_KEY of claude", check.StandardOutput.Text + check.StandardError.Text, StringComparison.Ordinal);
        Assert.All(api.Requests, request => Assert.Equal(Canary, request.ApiKey));

        var looked = Assert.Single(api.Requests, request => request is { Rule: "MARK-ONE", Turn: 1 }).LastResult;
        Assert.Contains("ANTHROPIC_API_KEY=orchestrate-", looked, StringComparison.Ordinal);
        Assert.Contains("its credential is missing or is not the placeholder of this sandbox", looked, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, looked, StringComparison.Ordinal);

        var requests = network["connections"]!.AsArray().Sum(connection => (int)connection!["requests"]!);
        Assert.True(requests >= api.Requests.Count, $"{requests} requests were counted, of {api.Requests.Count}: {network}");
        Assert.Empty(await FindCanaryAsync(repository.Path, home.Path));
    }

    /// <summary>Claude Code signs with a placeholder, and the proxy signs again.</summary>
    [BubblewrapFact]
    public Task Run_KeyThatSignsForBedrock_StaysOutsideOfTheSandbox() => RunOnBedrockAsync("AWS_SECRET_ACCESS_KEY");

    [BubblewrapFact]
    public Task Run_ApiKeyOfBedrock_StaysOutsideOfTheSandbox() => RunOnBedrockAsync("AWS_BEARER_TOKEN_BEDROCK");

    /// <summary>The key of a Console login is in a file that no sandbox shows.</summary>
    [BubblewrapFact]
    public async Task Run_StoredKeyOfClaudeCode_StaysOutsideOfTheSandbox()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("MARK-ONE", ApiTurn.Calls(ApiToolUse.Bash(Look)), ApiTurn.Writes("one.txt", "one\n"), ApiTurn.Says("It is there."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\npermissions:\n  allow: [\"Bash(*)\"]\n"
        );
        await repository.CommitAsync(
            "start",
            ("tasks.yaml", "tasks:\n  - {id: one, description: One, prompt: \"MARK-ONE: write one.txt.\", files_write: [one.txt]}\n")
        );
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        environment["ANTHROPIC_API_KEY"] = null;
        environment["CLAUDE_CONFIG_DIR"] = null;
        environment[Unconfined.Variable] = "on";
        home.Write(".claude.json", $$"""{"primaryApiKey": "{{Canary}}", "hasCompletedOnboarding": true}""");
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var check = await orchestrate.RunAsync("check");
        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + check.StandardOutput.Text);
        Assert.Contains("ANTHROPIC_API_KEY of claude", check.StandardOutput.Text + check.StandardError.Text, StringComparison.Ordinal);
        Assert.All(api.Requests, request => Assert.Equal(Canary, request.ApiKey));
        var looked = Assert.Single(api.Requests, request => request is { Rule: "MARK-ONE", Turn: 1 }).LastResult;
        Assert.Contains("ANTHROPIC_API_KEY=orchestrate-", looked, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, looked, StringComparison.Ordinal);
        // The program itself makes backups of its file.
        Assert.All(
            await FindCanaryAsync(repository.Path, home.Path),
            path => Assert.Contains(".claude.json", path, StringComparison.Ordinal)
        );
    }

    /// <summary>Codex gets the other address by an argument, opencode by a variable with a piece of its configuration. Each has its key
    /// from a variable, or from the file in which its login stores it.</summary>
    [Theory]
    [Trait("Category", "Full")]
    [InlineData("codex", false)]
    [InlineData("codex", true)]
    [InlineData("opencode", false)]
    [InlineData("opencode", true)]
    public async Task Run_KeyOfAnotherAgent_StaysOutsideOfTheSandbox(string agent, bool isStored)
    {
        var (variable, model, means, file, login) = agent switch
        {
            "codex" => (
                "CODEX_API_KEY",
                "model: scripted",
                "arguments: [\"-c\", 'openai_base_url=\"{address}\"'], stored: {file: .codex/auth.json, member: OPENAI_API_KEY}",
                ".codex/auth.json",
                $$"""{"auth_mode": "apikey", "OPENAI_API_KEY": "{{Canary}}"}"""
            ),
            _ => (
                "OPENROUTER_API_KEY",
                "model: openrouter/openai/gpt-5",
                """
                    environment: {OPENCODE_CONFIG_CONTENT: '{"provider":{"openrouter":{"options":{"baseURL":"{address}"}}}}'},
                    stored: {file: .local/share/opencode/auth.json, member: openrouter.key,
                             where: {openrouter.type: api}, order: file_first}
                """.ReplaceLineEndings(" "),
                ".local/share/opencode/auth.json",
                $$"""{"openrouter": {"type": "api", "key": "{{Canary}}"} }"""
            ),
        };
        using TempFolder home = new();
        await using var models = await ScriptedModels.StartAsync();
        models.Command = $"({Look}; cat ~/{file}) 2>&1 | sed s/=orchestrate-.*/=placeholder/ >look.txt; {ScriptedModels.Works}";
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        var program = (await OtherAgents.InstallAsync(agent))[agent];
        repository.Write(
            ".orchestrator/config.yaml",
            $$"""
            agent: {{agent}}
            disk: {reserve: 1}
            agents:
              {{agent}}:
                description:
                  like: {{agent}}
                  program: "{{program}}"
                  keys: [{variable: {{variable}}, service: "{{models.Url}}/v1", {{means}}}]
                {{model}}

            """
        );
        await repository.CommitAsync(
            "start",
            (
                "tasks.yaml",
                "tasks:\n  - {id: one, description: One, prompt: \"MARK-ONE: write one.txt.\", files_write: [one.txt, look.txt]}\n"
            )
        );
        var environment = ClaudeProgram.CreateChanges(home.Path, models.Url);
        OtherAgents.Enter(environment, models.Url, "on");
        environment[variable] = isStored ? null : Canary;
        if (isStored)
        {
            home.Write(file, login);
        }
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        await orchestrate.RunAsync("trust", "--yes");
        var check = await orchestrate.RunAsync("check");
        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + check.StandardOutput.Text);
        Assert.Contains($"{variable} of {agent}", check.StandardOutput.Text + check.StandardError.Text, StringComparison.Ordinal);
        Assert.NotEmpty(models.Keys);
        Assert.All(models.Keys, key => Assert.Equal("Bearer " + Canary, key));
        var looked = await repository.GitAsync("show", "main:look.txt");
        Assert.Contains($"{variable}=placeholder", looked, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, looked, StringComparison.Ordinal);
        Assert.Equal(isStored ? [file] : Array.Empty<string>(), await FindCanaryAsync(repository.Path, home.Path));
    }

    private static async Task<IReadOnlyList<string>> FindCanaryAsync(params string[] folders)
    {
        var found = await new ProcessRunner().RunAsync(new ChildProcessOptions("grep", ["-rlsa", "--devices=skip", Canary, .. folders]));
        return
        [
            .. found
                .StandardOutput.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(path => Path.GetRelativePath(folders.First(folder => path.StartsWith(folder, StringComparison.Ordinal)), path)),
        ];
    }

    private static async Task RunOnBedrockAsync(string variable)
    {
        using TempFolder home = new();
        const string Shows = "tr '\\0' '\\n' </proc/self/environ; tr '\\0' '\\n' </proc/$PPID/environ";
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("MARK-ONE", ApiTurn.Calls(ApiToolUse.Bash(Shows)), ApiTurn.Writes("one.txt", "one\n"), ApiTurn.Says("It is there."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n    provider: bedrock\n"
                + "permissions:\n  allow: [\"Bash(*)\"]\n"
        );
        await repository.CommitAsync(
            "start",
            ("tasks.yaml", "tasks:\n  - {id: one, description: One, prompt: \"MARK-ONE: write one.txt.\", files_write: [one.txt]}\n")
        );
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        environment["ANTHROPIC_API_KEY"] = null;
        environment["ANTHROPIC_BEDROCK_BASE_URL"] = api.Url;
        environment["AWS_REGION"] = "eu-central-1";
        environment[variable] = Canary;
        if (variable == "AWS_SECRET_ACCESS_KEY")
        {
            environment["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
            environment["AWS_SESSION_TOKEN"] = "session-" + Canary;
        }
        environment[Unconfined.Variable] = "on";
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        Assert.Equal("one", await repository.GitAsync("show", "main:one.txt"));
        var start = variable == "AWS_SECRET_ACCESS_KEY" ? "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" : "Bearer " + Canary;
        Assert.All(api.Requests, request => Assert.StartsWith(start, request.ApiKey, StringComparison.Ordinal));
        var looked = Assert.Single(api.Requests, request => request is { Rule: "MARK-ONE", Turn: 1 }).LastResult;
        Assert.Contains($"{variable}=orchestrate-", looked, StringComparison.Ordinal);
        Assert.DoesNotContain("AWS_SESSION_TOKEN", looked, StringComparison.Ordinal);
        Assert.DoesNotContain("AKIDEXAMPLE", looked, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, looked, StringComparison.Ordinal);
    }
}
