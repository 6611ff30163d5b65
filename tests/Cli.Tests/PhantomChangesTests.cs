using System.Text.RegularExpressions;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Files that differ from their commit right after a checkout: such a difference is nobody's work, in worktrees of tasks, in
/// commits, and in the user's own checkout at landing.</summary>
public sealed partial class PhantomChangesTests
{
    private const string Phantom = "phantom.txt";
    private const string Gates = "gates: {task: ['true']}\n";

    [Theory]
    [InlineData("crlf")]
    [InlineData("mixed line ends")]
    [InlineData("autocrlf")]
    [InlineData("filter")]
    [InlineData("filter of one way")]
    [InlineData("ident")]
    [InlineData("encoding")]
    [InlineData("executable bit")]
    [InlineData("symbolic link")]
    public Task Run_PhantomChange_IsNobodysWorkAndItsEditLands(string shape) => RunAsync(shape);

    [LargeFileFact]
    public Task Run_RawFileUnderLargeFiles_IsNobodysWorkAndItsEditLands() => RunAsync("large files");

    private static async Task RunAsync(string shape)
    {
        using var repository = new ScriptedRepository();
        var cli = repository.Cli;
        await PrepareAsync(repository, shape);
        var before = await repository.GitAsync("rev-parse", $"main:{Phantom}");
        cli.Write("notes.txt", "the user's own words\n");

        await repository.LandAsync(
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt], max_retries: 0}
              - {id: b, description: B, files_write: [b.txt], max_retries: 0, depends_on: [a]}
              - {id: c, description: C, max_retries: 0, depends_on: [b]}
              - {id: edit, description: Edit, files_write: [phantom.txt], max_retries: 0, depends_on: [c]}
            """
        );

        foreach (var task in (string[])["a", "b", "c"])
        {
            Assert.Equal(task, cli.Read($"{task}.txt").TrimEnd());
        }
        Assert.Equal("the user's own words\n", cli.Read("notes.txt"));
        Assert.NotEqual(before, await repository.GitAsync("rev-parse", $"main:{Phantom}"));
        Assert.Equal(before, await repository.GitAsync("rev-parse", $"main~1:{Phantom}"));
        Assert.Contains("edited", cli.Read(Phantom), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Land_UserHasEditedThePhantomFile_IsRefusedAndTheEditStays()
    {
        using var repository = new ScriptedRepository();
        var cli = repository.Cli;
        await PrepareAsync(repository, "crlf");
        cli.Write("tasks.yaml", "tasks:\n  - {id: edit, description: Edit, files_write: [phantom.txt], max_retries: 0}\n");
        cli.Write(Phantom, "one\r\ntwo\r\nthe user's edit\r\n");

        var run = await repository.OrchestrateAsync("run", "--yes");
        var kept = cli.Read(Phantom);
        await repository.GitAsync("checkout", "--", Phantom);
        File.SetLastWriteTimeUtc(Path.Combine(cli.Folder, Phantom), DateTime.UtcNow.AddHours(-1));
        var id = RunId().Match(ScriptedRepository.Text(run)).Value;
        var promoted = await repository.OrchestrateAsync("land", id);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"uncommitted changes in {Phantom}", ScriptedRepository.Text(run), StringComparison.Ordinal);
        Assert.Equal("one\r\ntwo\r\nthe user's edit\r\n", kept);
        Assert.True(promoted.ExitCode == 0, ScriptedRepository.Text(promoted));
        Assert.Contains("edited", cli.Read(Phantom), StringComparison.Ordinal);
    }

    /// <summary>Storing a file in another form is work where the task names the file.</summary>
    [Fact]
    public async Task Run_TaskThatNormalizesTheFile_LandsItsNewForm()
    {
        using var repository = new ScriptedRepository();
        await PrepareAsync(repository, "crlf");
        repository.WriteAgent("git add --renormalize phantom.txt\ngit commit -qm normalized\n", Gates);

        await repository.LandAsync("tasks:\n  - {id: a, description: A, files_write: [phantom.txt], max_retries: 0}\n");

        Assert.Equal("one\ntwo\n", await repository.GitAsync("cat-file", "blob", $"main:{Phantom}"));
    }

    /// <summary>A repository with a file that git calls changed wherever it is checked out.</summary>
    private static async Task PrepareAsync(ScriptedRepository repository, string shape)
    {
        var (content, attributes, settings) = Shape(shape);
        var file = Path.Combine(repository.Cli.Folder, Phantom);
        await File.WriteAllTextAsync(repository.GitConfiguration, settings);
        await File.WriteAllBytesAsync(file, content);
        await repository.GitAsync("-c", "core.autocrlf=false", "add", "-A");
        await repository.GitAsync("commit", "-q", "-m", "Raw");
        repository.Cli.Write(".gitattributes", attributes);
        var edited = shape == "encoding" ? @"e\0d\0i\0t\0e\0d\0\n\0" : @"edited\n";
        repository.WriteAgent(
            $"""
            touch -d '1 hour ago' phantom.txt
            case $ORCHESTRATOR_TASK in
              edit) printf '{edited}' >>phantom.txt ;;
              a) echo a >a.txt ;;
              b) echo b >b.txt; git add -A; git commit -qm all ;;
              c) echo c >c.txt; git add -A ;;
            esac
            """,
            Gates
        );
        await repository.GitAsync("add", ".gitattributes", ".orchestrator");
        await repository.GitAsync("commit", "-q", "-m", "Attributes");
        await repository.GitAsync("rm", "-q", "--cached", Phantom);
        await repository.GitAsync("reset", "-q", "--hard");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        if (shape == "executable bit")
        {
            await repository.GitAsync("config", "core.fileMode", "false");
            await repository.GitAsync("update-index", "--chmod=+x", Phantom);
            await repository.GitAsync("commit", "-q", "-m", "Executable");
        }
        else if (shape == "symbolic link")
        {
            await repository.GitAsync("config", "core.symlinks", "false");
            await repository.GitAsync(
                "update-index",
                "--cacheinfo",
                "120000",
                (await repository.GitAsync("hash-object", Phantom)).Trim(),
                Phantom
            );
            await repository.GitAsync("commit", "-q", "-m", "Link");
        }
        else if (shape != "autocrlf")
        {
            Assert.Equal($" M {Phantom}", (await repository.GitAsync("status", "--porcelain", "--", Phantom)).TrimEnd('\n'));
        }
    }

    private static (byte[] Content, string Attributes, string Settings) Shape(string name) =>
        name switch
        {
            "crlf" => ("one\r\ntwo\r\n"u8.ToArray(), "*.txt text\n", ""),
            "mixed line ends" => ("one\r\ntwo\n"u8.ToArray(), "*.txt text eol=crlf\n", ""),
            "autocrlf" => ("one\r\ntwo\n"u8.ToArray(), "* text=auto\n", "[core]\n\tautocrlf = true\n"),
            "filter" => ("one\n"u8.ToArray(), "phantom.txt filter=loud\n", "[filter \"loud\"]\n\tclean = tr a-z A-Z\n\tsmudge = cat\n"),
            "filter of one way" => (
                "one\n"u8.ToArray(),
                "phantom.txt filter=way\n",
                "[filter \"way\"]\n\tclean = sed s/one/two/\n\tsmudge = sed s/one/three/\n"
            ),
            "ident" => ("$Id: an older one $\none\n"u8.ToArray(), "*.txt ident\n", ""),
            "encoding" => ([0xff, 0xfe, (byte)'o', 0, (byte)'n', 0, (byte)'\n', 0], "phantom.txt working-tree-encoding=UTF-16\n", ""),
            "executable bit" or "symbolic link" => ("one"u8.ToArray(), "", ""),
            _ => (
                "one\n"u8.ToArray(),
                "phantom.txt filter=lfs diff=lfs merge=lfs -text\n",
                "[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n"
                    + "\trequired = true\n"
            ),
        };

    [GeneratedRegex("run-tasks-[0-9a-f]+")]
    private static partial Regex RunId();
}
