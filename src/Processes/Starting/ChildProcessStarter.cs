using System.ComponentModel;
using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>Starts the process of a command. Exceptions explain common mistakes, such as a missing program.</summary>
internal sealed class ChildProcessStarter
{
    private const int TextFileBusy = 26;
    private const int BusyTries = 20;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(25);
    private readonly ChildProcessOptions _command;
    private readonly string _mark;

    static ChildProcessStarter() => InheritedDescriptors.KeepFromChildren();

    /// <summary>Finds the program and checks the working directory.</summary>
    /// <param name="ownSession">Path of setsid(1), or null to search for it.</param>
    internal ChildProcessStarter(ChildProcessOptions command, Lazy<string>? ownSession = null)
    {
        _command = command;
        _mark = command.Mark ?? (command.StopLeftovers ? LeftoverProcessStopper.NewMark() : Guid.NewGuid().ToString("N"));
        if (command.WorkingDirectory is { } directory && !Directory.Exists(directory))
        {
            throw new ProcessStartException(
                ProcessStartFailure.WorkingDirectoryMissing,
                $"'{command.FileName}' was not started: its working directory '{directory}' does not exist or is not a directory."
            );
        }
        Info = new ProcessStartInfo
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.WorkingDirectory ?? string.Empty,
        };
        ApplyEnvironment();
        Info.Environment.TryGetValue("PATH", out var path);
        var program = ProgramLocator.Locate(command.FileName, path, command.WorkingDirectory);
        IEnumerable<string> words = command.Sandbox is { } sandbox
            ? [.. Bubblewrap.WordsForChild(sandbox.MoveLoaderVariables(Info.Environment), program, Info.Environment.Keys), program]
            : [program];
        // A sandboxed program must not reach the terminal from which this process was started.
        if (command.OwnSession || command.Sandbox is not null)
        {
            // The child is not a group leader, so setsid(1) does not fork, and the session leader has the known process id.
            words = words.Prepend(ownSession?.Value ?? FindSetSid());
        }
        Info.FileName = words.First();
        foreach (var word in words.Skip(1))
        {
            Info.ArgumentList.Add(word);
        }
        foreach (var argument in command.Arguments)
        {
            Info.ArgumentList.Add(argument);
        }
    }

    internal static string FindSetSid() => ProgramLocator.Locate("setsid", path: null, workingDirectory: null);

    internal ProcessStartInfo Info { get; }

    internal async Task<RunningChildProcess> StartAsync(TimeProvider time)
    {
        // Allows one tick for the rounding of the two clocks.
        var notBefore = ProcFiles.ReadTicks() - 1;
        var watermark = _command.StopLeftovers ? NewProcessIdWatermark.Now() : null;
        return new RunningChildProcess(
            await StartProcessAsync(Info, _command.FileName, time),
            _command,
            _mark,
            notBefore,
            watermark,
            new ProcessStopper(time)
        );
    }

    /// <summary>
    /// Starts a process. Retries while a recently written program file is busy (ETXTBSY), because another thread may have forked a child
    /// while the file was open for writing.
    /// </summary>
    internal static async Task<Process> StartProcessAsync(ProcessStartInfo info, string fileName, TimeProvider time)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
#pragma warning disable RS0030 // The analyzer is disabled here only, because no other code may start a process.
                return Process.Start(info)!;
#pragma warning restore RS0030
            }
            catch (Win32Exception e) when (e.NativeErrorCode == TextFileBusy && attempt < BusyTries)
            {
                await Task.Delay(BusyPause, time);
            }
            catch (Win32Exception e)
            {
                throw new ProcessStartException(ProcessStartFailure.Refused, $"'{fileName}' could not be started: {e.Message}", e);
            }
        }
    }

    private void ApplyEnvironment()
    {
        if (_command.CleanEnvironment)
        {
            Info.Environment.Clear();
        }
        foreach (var (name, value) in _command.Environment)
        {
            if (value is null)
            {
                Info.Environment.Remove(name);
            }
            else
            {
                Info.Environment[name] = value;
            }
        }
        if (!_command.CleanEnvironment)
        {
            KeepAbsoluteFolders();
        }
        Info.Environment[ProcessRunner.ChildVariable] = _mark;
    }

    // Programs that search the folders in these variables relative to their working directory would run files that an agent wrote there.
    private void KeepAbsoluteFolders()
    {
        foreach (var name in (string[])["PATH", "LD_LIBRARY_PATH", "LD_PRELOAD"])
        {
            if (Info.Environment.TryGetValue(name, out var folders) && folders is not null)
            {
                Info.Environment[name] = EnvironmentVariableAllowlist.WithoutRelative(folders);
            }
        }
    }
}
