using System.Text.RegularExpressions;
using Xunit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>The page for new users, played line by line: its files are written, its commands called in their order.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class FirstPlanPageTests
{
    private const string Page = "docs/tutorial/first-plan.md";

    /// <summary>Stand-ins for the gates that the page expects in a repository, since the machine may lack the real programs.</summary>
    private const string Pytest = "#!/bin/sh\ntest -s \"$1\"\n";
    private const string Python = "#!/bin/sh\n[ \"$*\" = '-m src.command --help' ] && test -s src/command.py -a -s src/parser.py\n";

    private const string Agent = """
        case $ORCHESTRATOR_TASK in
          planner) cat > /dev/null; echo '{"tasks": [{"id": "one", "description": "First", "prompt": "Write it", "files_write": ["one.txt"],
            "verification": ["test -s one.txt"]}]}' ;;
          parser) mkdir -p src tests; echo 'def read(path): pass' > src/parser.py; echo 'def test_read(): pass' > tests/test_parser.py ;;
          command) test -s src/parser.py && echo 'import parser' > src/command.py ;;
        esac
        echo "worked on $ORCHESTRATOR_TASK"
        """;

    [Fact]
    public async Task Page_PlayedLineByLine_IsTrue()
    {
        using var cli = new CliFixture().WithRepository();
        cli.WriteUser(
            $"agents: {{mine: {{command: [/bin/sh, \"{cli.WriteAgent(Agent)}\"]}}}}\n"
                + "agent: mine\nplanner: {agent: mine}\ndisk: {reserve: 1}\n"
        );
        cli.Write("Makefile", "test:\n\t@true\n");
        foreach (var (name, text) in new[] { ("pytest", Pytest), ("python", Python) })
        {
            var program = Path.Combine(Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName, name);
            await File.WriteAllTextAsync(program, text);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        cli.Environment["PATH"] = $"{cli.Home}/bin:{cli.Environment["PATH"]}";
        cli.Git("config", "user.name", "New");
        cli.Git("config", "user.email", "new@localhost");
        cli.Git("add", "-A");
        cli.Git("commit", "-qm", "A project");

        var shown = new Dictionary<string, string>();
        foreach (var (language, text) in DocumentFiles.Blocks(Page).Where(block => block.Language.Length > 0))
        {
            switch (language)
            {
                case "yaml":
                    // The first is an addition to what 'init' has written.
                    File.AppendAllText(Path.Combine(cli.Folder, text.StartsWith('#') ? text.Split('\n')[0][2..] : "tasks.yaml"), text);
                    break;
                case "sh":
                    foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    {
                        await PlayAsync(cli, line.Split("  #")[0].Trim(), shown);
                    }
                    break;
                default:
                    CompareRun(text, shown["orchestrate run tasks.yaml"]);
                    break;
            }
        }

        Assert.Equal("import parser\n", cli.Git("show", "main:src/command.py"));
        Assert.Equal("", cli.Git("status", "--porcelain"));
        Assert.Contains("orchestrate check", shown["orchestrate init"], StringComparison.Ordinal);
        Assert.All(
            ["git", "repository", "agent", "sandbox", "gates", "disk", "engine"],
            part => Assert.Matches($"(?m)^(ok|warn|fail) *{part}: ", shown["orchestrate check"])
        );
        Assert.Contains("+import parser", shown["orchestrate diff"], StringComparison.Ordinal);
        Assert.Contains("worked on parser", shown["orchestrate logs parser"], StringComparison.Ordinal);
        Assert.Contains("completed", shown["orchestrate report"], StringComparison.Ordinal);
        Assert.True(shown.Count >= 10, string.Join('\n', shown.Keys));
    }

    private static async Task PlayAsync(CliFixture cli, string line, Dictionary<string, string> shown)
    {
        if (!line.StartsWith("orchestrate ", StringComparison.Ordinal))
        {
            cli.Shell(line == "cd your-repository" ? "true" : line);
            return;
        }
        // The user says yes where they are asked; the page writes a plan by hand, and shows another way to have one.
        var words = Word().Matches(line).Select(word => word.Value.Trim('"')).Skip(1).ToArray();
        if (words[0] == "plan")
        {
            words[^1] = "other.yaml";
        }
        var result = await cli.RunAsync(new RecordingTerminal { Answer = true }, words);
        Assert.True(result.ExitCode == 0, $"{line}: {result.ExitCode}\n{result.Output}\n{result.People}");
        shown[line] = result.Output + result.People;
        File.Delete(Path.Combine(cli.Folder, "other.yaml"));
    }

    // Names, times and commits differ; '...' leaves lines out.
    private static void CompareRun(string expected, string shown)
    {
        var pattern = string.Join(
            "\n",
            expected
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line == "..." ? "(.*\n)*?.*" : $".*{Differing().Replace(Regex.Escape(line.Trim()), "\\S+")}.*(\n.*)*?")
        );
        Assert.Matches(pattern, shown);
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"run-tasks-\w+|\d\d:\d\d:\d\d|\b[0-9a-f]{12}\b")]
    private static partial Regex Differing();
}
