using System.Collections.Concurrent;

namespace Orchestrator.Agents;

/// <summary>The program <c>bwrap</c>: starts another one with read-only folders. It needs no privileges, but a kernel that allows user
/// namespaces.</summary>
public sealed class Bubblewrap
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task<BubblewrapCheck>> _known = new(StringComparer.Ordinal);

    /// <summary>Finds the program and tests once whether it works here; a failed test is repeated the next time.</summary>
    /// <param name="path">Folders to search, as in PATH; null for our PATH.</param>
    public async Task<BubblewrapCheck> CheckAsync(string? path = null)
    {
        if (ProgramLocator.Find("bwrap", path) is not { } program)
        {
            return new BubblewrapCheck(null, "");
        }
        var check = await _known.GetOrAdd(program, TryAsync);
        if (check.Program is null)
        {
            _known.TryRemove(program, out _);
        }
        return check;
    }

    /// <summary>The arguments before a confined program. Everything but folders is unchanged, processes and network too, so that
    /// supervision, hooks and <c>orchestrate done</c> work from inside. The agent must outlive its supervisor, so it does not die with its
    /// parent.</summary>
    /// <param name="confinement">What may only be read.</param>
    /// <param name="isRoot">Root keeps its capabilities: without them it could not read files of others, which it can without a
    /// sandbox.</param>
    internal static IReadOnlyList<string> Words(AgentConfinement confinement, bool isRoot) =>
        [
            confinement.Program,
            .. isRoot ? (string[])["--cap-add", "ALL"] : [],
            "--dev-bind",
            "/",
            "/",
            .. confinement.Hidden.SelectMany(folder =>
                (string[])["--tmpfs", folder.Path, .. folder.Shown.SelectMany(entry => (string[])["--bind-try", entry, entry])]
            ),
            .. confinement.ReadOnly.SelectMany(folder => (string[])["--ro-bind", folder, folder]),
            .. confinement.Writable.SelectMany(folder => (string[])["--bind", folder, folder]),
            "--",
        ];

    private static async Task<BubblewrapCheck> TryAsync(string program)
    {
        var folder = Directory.CreateTempSubdirectory("orchestrate-bwrap-").FullName;
        try
        {
            var open = Directory.CreateDirectory(Path.Combine(folder, "open")).FullName;
            var words = Words(new AgentConfinement(program, [folder], [open]), Environment.IsPrivilegedProcess);
            var tried = await new ProcessRunner().RunAsync(
                new ProcessCommand(words[0], [.. words.Skip(1), "/bin/sh", "-c", "echo x 2>/dev/null >closed && exit 9; echo x >open/file"])
                {
                    WorkingDirectory = folder,
                    Timeout = Limit,
                }
            );
            return tried.Succeeded
                ? new BubblewrapCheck(program, "")
                : new BubblewrapCheck(
                    null,
                    $"{program} is there but does not work here (exit code {tried.ExitCode}: {tried.StandardError.Text.Trim()})."
                );
        }
        catch (ProcessStartException unstartable)
        {
            return new BubblewrapCheck(null, unstartable.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>Whether agents can be confined here.</summary>
/// <param name="Program">Absolute path of a working program; null where there is none.</param>
/// <param name="Problem">Why the installed one does not work; empty where it does, or none is installed.</param>
public sealed record BubblewrapCheck(string? Program, string Problem);
