using Orchestrator.App.Programs;

namespace Orchestrator.App.Night;

/// <summary>
/// Mounts a small disk for a rehearsal. The disk is a tmpfs in a private user namespace and disappears when the rehearsal ends.
/// </summary>
public static class NightRehearsalTmpfsMounter
{
    /// <summary>Name of the environment variable that contains the path of the disk.</summary>
    public const string Variable = "NIGHT_REHEARSAL_DISK";

    private const string Mount = "mount -t tmpfs -o size=1g,mode=700 tmpfs \"$0\"";

    /// <summary>Returns a sentence that explains why this machine can't create a small disk for a rehearsal, or null if it can.</summary>
    public static async Task<string?> ProblemAsync(CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("rh-");
        try
        {
            var result = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", Mount, folder.FullName),
                stop
            );
            return result.Succeeded ? null : $"a tmpfs in a user namespace is not possible here ({result.StandardError.Text.Trim()})";
        }
        catch (ProcessStartException)
        {
            return "the program 'unshare' is missing";
        }
        finally
        {
            folder.Delete();
        }
    }

    /// <summary>
    /// Starts this program again with the same arguments and with access to the small disk that the rehearsal fills, and waits for it to
    /// exit.
    /// </summary>
    /// <param name="arguments">Arguments of this program.</param>
    /// <param name="print">Receives each line of its standard output.</param>
    /// <param name="say">Receives each line of its standard error.</param>
    /// <returns>Exit code of the program.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        Action<string> print,
        Action<string> say,
        CancellationToken stop
    )
    {
        var folder = Directory.CreateTempSubdirectory("rh-");
        try
        {
            string[] namespaced = ["--user", "--map-root-user", "--mount", "sh", "-c", Mount + " && exec \"$@\"", folder.FullName];
            var result = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("unshare", [.. namespaced, .. ThisProgramCommand.Command, .. arguments])
                {
                    Environment = new Dictionary<string, string?> { [Variable] = folder.FullName },
                    StandardOutput = Lines(print),
                    StandardError = Lines(say),
                },
                stop
            );
            return result.ExitCode;
        }
        finally
        {
            folder.Delete();
        }
    }

    private static ProcessOutputTargets Lines(Action<string> each) =>
        new()
        {
            OnLine = (line, _) =>
            {
                each(line.Text);
                return ValueTask.CompletedTask;
            },
        };
}
