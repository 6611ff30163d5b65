using System.Diagnostics;
using System.Text;

namespace Orchestrator.Processes.Tests;

public sealed class ProcessRunnerTests
{
    private readonly ProcessRunner _runner = new();

    [Fact]
    public async Task Run_ProgramPrintsAndFails_ResultHasBothStreamsAndTheCode()
    {
        var result = await _runner.RunAsync(Shell.Script("echo out; echo err >&2; exit 3"));

        Assert.Equal(3, result.ExitCode);
        Assert.Equal("out\n", result.StandardOutput.Text);
        Assert.Equal("err\n", result.StandardError.Text);
        Assert.False(result.Succeeded);
        Assert.False(result.TimedOut);
    }

    [Fact]
    public async Task Run_ArgumentsWithBlanksQuotesAndNewlines_ArriveAsTheyAre()
    {
        string[] arguments = ["a b", "it's", "\"x\"", "line\nline", "$HOME `id`", "", "-n", "ä€😀"];

        var result = await _runner.RunAsync(Shell.Script("printf '%s\\0' \"$@\"", arguments));

        Assert.Equal(arguments, result.StandardOutput.Text.Split('\0')[..^1]);
    }

    [Fact]
    public async Task Run_ProgramMissing_SaysSoAndStartsNothing()
    {
        var fault = await Assert.ThrowsAsync<ProcessStartException>(() =>
            _runner.RunAsync(new ChildProcessOptions("no-such-program-here"))
        );

        Assert.Equal(ProcessStartFailure.ProgramNotFound, fault.Failure);
        Assert.Contains("'no-such-program-here' was not found in PATH", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FileNotExecutable_SaysHowToMakeItSo()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["tool"], "#!/bin/sh\n");

        var fault = await Assert.ThrowsAsync<ProcessStartException>(() => _runner.RunAsync(new ChildProcessOptions(folder["tool"])));

        Assert.Equal(ProcessStartFailure.NotExecutable, fault.Failure);
        Assert.Contains("chmod +x", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WorkingDirectoryMissing_NamesIt()
    {
        var fault = await Assert.ThrowsAsync<ProcessStartException>(() =>
            _runner.RunAsync(Shell.Script("true") with { WorkingDirectory = "/no/such/folder" })
        );

        Assert.Equal(ProcessStartFailure.WorkingDirectoryMissing, fault.Failure);
        Assert.Contains("/no/such/folder", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RelativeProgram_StartsAtTheWorkingDirectory()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["tool"], "#!/bin/sh\npwd\n");
        File.SetUnixFileMode(folder["tool"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var result = await _runner.RunAsync(new ChildProcessOptions("./tool") { WorkingDirectory = folder.Path });

        Assert.Equal(folder.Path, result.StandardOutput.Text.Trim());
    }

    [Fact]
    public async Task Run_EnvironmentChanges_SetAndRemove()
    {
        Environment.SetEnvironmentVariable("PROCESSES_TEST_INHERITED", "yes");

        var changed = await _runner.RunAsync(
            Shell.Script("echo $A ${PROCESSES_TEST_INHERITED-none}") with
            {
                Environment = new Dictionary<string, string?> { ["A"] = "a", ["PROCESSES_TEST_INHERITED"] = null },
            }
        );
        var clean = await _runner.RunAsync(
            Shell.Script("echo ${PROCESSES_TEST_INHERITED-none} ${HOME-homeless}") with
            {
                CleanEnvironment = true,
            }
        );

        Assert.Equal("a none\n", changed.StandardOutput.Text);
        Assert.Equal("none homeless\n", clean.StandardOutput.Text);
    }

    [Fact]
    public async Task Run_InputAsTextAndBytes_IsRead()
    {
        var text = await _runner.RunAsync(Shell.Script("cat") with { Input = ProcessStandardInput.FromText("ä\n") });
        var bytes = await _runner.RunAsync(Shell.Script("cat") with { Input = ProcessStandardInput.FromBytes(new byte[] { 0, 255, 10 }) });
        var none = await _runner.RunAsync(Shell.Script("cat"));

        Assert.Equal("ä\n", text.StandardOutput.Text);
        Assert.Equal(new byte[] { 0, 255, 10 }, bytes.StandardOutput.Bytes.ToArray());
        Assert.Equal(0, none.StandardOutput.TotalBytes);
    }

    [Fact]
    public async Task Run_ChildIgnoresMuchInput_EndsNormally()
    {
        var result = await _runner.RunAsync(Shell.Script("exit 0") with { Input = ProcessStandardInput.FromBytes(new byte[10_000_000]) });

        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Run_FloodToMemory_KeepsHeadAndTailAndCountsAll()
    {
        const int Total = 300_000_000;

        var result = await _runner.RunAsync(
            Shell.Script($"printf BEGIN; head -c {Total} /dev/zero; printf END") with
            {
                StandardOutput = ProcessOutputTargets.Capture(1000),
            }
        );

        Assert.Equal(Total + 8, result.StandardOutput.TotalBytes);
        Assert.True(result.StandardOutput.IsTruncated);
        Assert.StartsWith("BEGIN", result.StandardOutput.Text, StringComparison.Ordinal);
        Assert.EndsWith("END", result.StandardOutput.Text, StringComparison.Ordinal);
        Assert.Contains($"[... {Total + 8 - 1000} bytes left out ...]", result.StandardOutput.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FloodToFile_FileStaysWithinItsLimit()
    {
        using var folder = new TemporaryFolder();

        var result = await _runner.RunAsync(
            Shell.Script("head -c 300000000 /dev/zero; echo LAST") with
            {
                StandardOutput = new ProcessOutputTargets { File = folder["log/out"], FileLimit = 100_000 },
            }
        );

        Assert.True(result.Succeeded);
        Assert.InRange(new FileInfo(folder["log/out"]).Length, 100_000, 170_000);
        Assert.EndsWith("LAST\n", await File.ReadAllTextAsync(folder["log/out"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneObjectForBothStreams_OneFileInOrder()
    {
        using var folder = new TemporaryFolder();
        var both = new ProcessOutputTargets { File = folder["both"] };

        await _runner.RunAsync(
            Shell.Script("echo 1; sleep 0.2; echo 2 >&2; sleep 0.2; echo 3") with
            {
                StandardOutput = both,
                StandardError = both,
            }
        );

        var lines = await File.ReadAllLinesAsync(folder["both"]);
        Assert.Equal(["1", "2", "3"], lines.Order());
    }

    [Fact]
    public async Task Run_Lines_AreHandedOverWithHalfLastLineAndInvalidUtf8()
    {
        var lines = new List<string>();

        await _runner.RunAsync(Shell.Script("printf 'a\\r\\nb\\n\\nx\\377y\\nhalf'") with { StandardOutput = Shell.Lines(lines.Add) });

        Assert.Equal(["a", "b", "", "x\uFFFDy", "half"], lines);
    }

    [Fact]
    public async Task Run_VeryLongLine_ComesInPiecesWithoutFillingMemory()
    {
        long bytes = 0;
        var longest = 0;

        await _runner.RunAsync(
            Shell.Script("head -c 50000000 /dev/zero | tr '\\0' x; echo") with
            {
                StandardOutput = new ProcessOutputTargets
                {
                    CaptureLimit = 0,
                    LineLimit = 100_000,
                    OnLine = (line, _) =>
                    {
                        bytes += line.Text.Length;
                        longest = Math.Max(longest, line.Text.Length);
                        return ValueTask.CompletedTask;
                    },
                },
            }
        );

        Assert.Equal(50_000_000, bytes);
        Assert.Equal(100_000, longest);
    }

    [Fact]
    public async Task Run_LineHandlerThrows_ChildIsStoppedAndTheFaultComesOut()
    {
        using var folder = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _runner.RunAsync(
                Shell.Script("echo $$ > $1; echo line; exec sleep 1000", folder["pid"]) with
                {
                    StandardOutput = Shell.Lines(_ => throw new InvalidOperationException("no more")),
                }
            )
        );

        Assert.Equal("no more", fault.Message);
        Assert.Null(ProcessIdentity.Of(int.Parse(await File.ReadAllTextAsync(folder["pid"]))));
    }

    [Fact]
    public async Task Run_ChildLeavesAProcessThatHoldsTheOutput_DoesNotWaitForIt()
    {
        using var folder = new TemporaryFolder();

        var result = await _runner.RunAsync(Shell.Script("echo done; sleep 1000 & echo $! > $1", folder["pid"]));

        var left = ProcessIdentity.Of(int.Parse(await File.ReadAllTextAsync(folder["pid"])));
        Assert.NotNull(left);
        Assert.Equal("done\n", result.StandardOutput.Text);
        Assert.True(result.StandardOutput.WasHeldOpen);
        await new ProcessStopper().StopAsync(left, PosixStopSignal.Terminate, Shell.Patience, Shell.Patience);
    }

    [Fact]
    public async Task Run_StopLeftovers_NothingOfTheChildLives()
    {
        using var folder = new TemporaryFolder();

        var result = await _runner.RunAsync(
            Shell.Script("setsid sleep 1000 & echo $! > $1; sleep 1000 & exit 0", folder["pid"]) with
            {
                StopLeftovers = true,
            }
        );

        Assert.True(result.Succeeded);
        Assert.Equal(2, result.LeftoversStopped);
        Assert.Null(ProcessIdentity.Of(int.Parse(await File.ReadAllTextAsync(folder["pid"]))));
    }

    /// <summary>
    /// While a process starts its program it has no environment for a moment, and no mark in it. About one attempt in forty meets it.
    /// </summary>
    [Fact]
    public async Task Run_StopLeftovers_WhatIsJustStartingItsProgramIsFoundToo()
    {
        var mark = Guid.NewGuid().ToString("N");
        var command = Shell.Script("setsid sleep 1000 & exit 0") with
        {
            StopLeftovers = true,
            Environment = new Dictionary<string, string?> { ["ROUND_MARK"] = mark },
        };

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (_, stop) => await _runner.RunAsync(command, stop)
        );

        Assert.Empty(ProcessTable.FindByEnvironment("ROUND_MARK", mark));
    }

    [Fact]
    public async Task Run_KilledBySignal_ExitCodeIs128PlusSignal()
    {
        var result = await _runner.RunAsync(Shell.Script("kill -9 $$"));

        Assert.Equal(137, result.ExitCode);
    }

    [Fact]
    public async Task Run_ManyAtOnce_AllComeBack()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _runner.RunAsync(Shell.Script($"sleep 0.1; echo {i}"))));

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}\n"), results.Select(result => result.StandardOutput.Text));
    }

    [Fact]
    public void Command_ToString_CanBePastedIntoAShell()
    {
        Assert.Equal("git commit -m 'it'\\''s' ''", new ChildProcessOptions("git", "commit", "-m", "it's", "").ToString());
    }
}
