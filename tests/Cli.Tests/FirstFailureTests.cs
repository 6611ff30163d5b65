using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A project whose gate can't run on this machine: the first command that needs it reports the cause and the cure.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class FirstFailureTests
{
    [Fact]
    public async Task Check_FoundGateWhoseModuleIsMissing_NamesItAndProposesASetUp()
    {
        using var cli = new CliFixture().WithRepository();
        var programs = Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName;
        var python = Path.Combine(programs, "python3");
        File.WriteAllText(python, "#!/bin/sh\necho \"$*\" >> \"$HOME/asked\"\necho 'python3: No module named pytest' >&2\nexit 1\n");
        File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = $"{programs}:{cli.Environment["PATH"]}";
        cli.Write("requirements.txt", "requests\n");
        cli.Write("pytest.ini", "[pytest]\n");

        var missing = await cli.RunAsync("check");
        cli.Write(".orchestrator/config.yaml", "gates: {task: [make test]}\n");
        await cli.TrustAsync();
        var set = await cli.RunAsync("check");

        Assert.Contains("warn  gates: Found: python3 -m pytest, but it can't run here", missing.Output, StringComparison.Ordinal);
        Assert.Contains("No module named pytest", missing.Output, StringComparison.Ordinal);
        Assert.Contains(".venv/bin/pip install -r requirements.txt pytest", missing.Output, StringComparison.Ordinal);
        Assert.Contains("gates.task: []", missing.Output, StringComparison.Ordinal);
        Assert.Contains("ok    gates: Set: make test", set.Output, StringComparison.Ordinal);
        Assert.Equal("-m pytest --version\n", File.ReadAllText(Path.Combine(cli.Home, "asked")));
    }

    /// <summary>The user has done what the other cure names.</summary>
    [Fact]
    public async Task Check_AgentWhoseSettingIsNotTrusted_NamesTheTrust()
    {
        using var cli = new CliFixture().WithRepository();
        var programs = Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName;
        var claude = Path.Combine(programs, "claude");
        File.WriteAllText(claude, "#!/bin/sh\n[ \"$1\" = --version ] && echo '2.1.328 (Claude Code)'\n");
        File.SetUnixFileMode(claude, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = $"{programs}:{cli.Environment["PATH"]}";
        cli.Write("package.json", """{"scripts": {"test": "node --test"}}""");
        var before = await cli.RunAsync("check");
        Assert.Equal(0, (await cli.RunAsync("config", "set", "agents.claude.provider", "api")).ExitCode);

        var after = await cli.RunAsync("check");

        Assert.Contains("orchestrate config set agents.claude.provider api", before.Output, StringComparison.Ordinal);
        Assert.Contains("agents.claude.provider in this repository's files has no effect", after.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("config set", after.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SetGateWatches_NamesTheCommandThatChecksOnce()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "gates: {task: [jest --watch, nodemon test.js, make test]}\n");
        await cli.TrustAsync();

        var check = await cli.RunAsync("check");

        var said = string.Join(' ', check.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Set: jest --watch, which watches for changes", said, StringComparison.Ordinal);
        Assert.Contains(
            "Use 'jest', which checks once. Use the command itself, without the program that repeats it.",
            said,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Check_SeveralGatesThatCanNotRun_NamesEach()
    {
        using var cli = new CliFixture().WithRepository();
        foreach (var program in (string[])["python3", "go", "java", "php"])
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName, program);
            File.WriteAllText(path, $"#!/bin/sh\necho 'no {program} here' >&2\nexit 1\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        cli.Environment["PATH"] = $"{cli.Home}/bin:{cli.Environment["PATH"]}";
        cli.Write("pyproject.toml", "[project]\nname = 'a'\n[tool.ruff]\n[tool.pytest.ini_options]\n");
        cli.Write("go.mod", "module x");
        cli.Write("gradlew", "");
        cli.Write("composer.json", "{}");
        cli.Write("phpunit.xml", "");

        var check = await cli.RunAsync("check");

        var said = string.Join(' ', check.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        string[] gates = ["go test ./...", "./gradlew test", "vendor/bin/phpunit", "python3 -m ruff check --no-fix .", "python3 -m pytest"];
        Assert.All(gates, gate => Assert.Contains($"Found: {gate}, but it can't run here", said, StringComparison.Ordinal));
        Assert.Contains("pip install -e . ruff pytest", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_GateThatCanNotRun_EndsWithItsLastWordsItsLogAndTheCure()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator", "config.yaml"),
            "gates: {task: [\"echo 'python3: No module named pytest' >&2; exit 1\"]}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");

        var run = await cli.RunAsync("run", "--yes");

        Assert.Equal(1, run.ExitCode);
        var said = run.People.Split('\n').Single(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains("The gate '"));
        Assert.Contains("exit code 1: python3: No module named pytest", said, StringComparison.Ordinal);
        Assert.Contains("gates.task: []", said, StringComparison.Ordinal);
        var log = said.Split("See ")[1].Split(". ")[0];
        Assert.Contains("No module named pytest", cli.Read(log), StringComparison.Ordinal);
        Assert.Contains("No module named pytest", (await cli.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    /// <summary>A gate may run a program that the task has yet to create; preflight must not request its installation.</summary>
    [Fact]
    public async Task Run_GateOfATaskThatRunsWhatTheTaskMakes_BeginsAndLands()
    {
        using var cli = RunCommandTests.Repository("mkdir -p tools && echo 'exit 0' > tools/check.sh");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [tools/check.sh], verification: [bash tools/check.sh]}\n"
        );

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("1 of 1 task", run.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_TaskThatChangedNothing_SaysSoAndShowsNobodyElsesWork()
    {
        using var cli = RunCommandTests.Repository("true");
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -e a.txt]}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-q", "-m", "Somebody else's");

        await cli.RunAsync("run", "--yes");
        var diff = await cli.RunAsync("diff", "a");

        Assert.Equal((0, ""), (diff.ExitCode, diff.Output.Trim()));
        Assert.Contains("a is failed and has not changed any files.", diff.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_GitWithoutAName_SaysWhoCommits()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Git("config", "user.name", "");

        var result = await cli.RunAsync("check");

        Assert.Contains("warn  identity: git has no author name configured", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MisspeltKey_IsNamedBesideWhatIsMissingForIt()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, descripton: A, files_write: [a.txt]}\n");

        var result = await cli.RunAsync("run");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Did you mean 'description'?", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigSet_ByThePerson_CountsWithoutAnotherYes()
    {
        using var cli = new CliFixture().WithRepository();

        var powerful = await cli.RunAsync("config", "set", "agents.claude.provider", "api");
        var harmless = await cli.RunAsync("config", "set", "git.message_prefix", "x");

        Assert.DoesNotContain("orchestrate trust", powerful.People + harmless.People, StringComparison.Ordinal);
        Assert.Equal("api\n", (await cli.RunAsync("config", "get", "agents.claude.provider")).Output);
    }

    [Fact]
    public async Task Run_GateThatFails_SaysInTheTasksReasonWhatItPrinted()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\n");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: \"test ! -e a.txt || { echo expected 4, "
                + "found 5; exit 1; }\"}]}\n"
        );

        await cli.RunAsync("run", "--yes");

        Assert.Contains("expected 4, found 5", (await cli.RunAsync("show", "/a")).Output, StringComparison.Ordinal);
        Assert.Contains("expected 4, found 5", (await cli.RunAsync("report", "--full")).Output, StringComparison.Ordinal);
    }
}
