using System.Security.Cryptography;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>The logins of one confined agent: copies of the user's files, of which new tokens are taken over.</summary>
/// <param name="runner">The kind of agent.</param>
/// <param name="start">Absolute path of the start's folder.</param>
/// <param name="environment">Variables of the process.</param>
/// <param name="time">The clock.</param>
public sealed class ConfinedLogins(IAgentRunner runner, string start, IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    /// <summary>Makes the copies, and waits for an agent that is about to replace tokens that end.</summary>
    /// <param name="outside">Keys that stay outside the sandbox. The copies do not contain them.</param>
    /// <returns>The copies in place of the user's files.</returns>
    public async Task<IReadOnlyList<ReplacementFolder>> TakeAsync(IReadOnlyList<AgentKey> outside, CancellationToken stop)
    {
        var stored = outside.Select(key => key.Stored).OfType<StoredKey>().ToList();
        List<ReplacementFolder> taken = [];
        foreach (var login in runner.State.Logins)
        {
            var isUsed = !login.Variables.Any(name => environment.GetValueOrDefault(name) is { Length: > 0 });
            var removed = stored.Where(key => key.File == login.Path && key.Read() is not null).Select(key => key.TopMember).ToList();
            if (await CopiesOf(login).TakeAsync(start, isUsed, removed, stop) is { } copy)
            {
                taken.Add(new ReplacementFolder(login.Path, copy, IsWritable: true));
            }
        }
        return taken;
    }

    /// <summary>Takes over tokens that agents have replaced meanwhile, and passes them on to the copies of the others.</summary>
    public async Task SynchronizeAsync()
    {
        foreach (var login in runner.State.Logins)
        {
            await CopiesOf(login).SynchronizeAsync(CancellationToken.None);
        }
    }

    /// <summary>Does the same after the agent has ended, and removes its copies.</summary>
    /// <returns>Why its tokens were not taken over, a sentence each.</returns>
    public async Task<IReadOnlyList<string>> ReturnAsync()
    {
        List<string> problems = [];
        foreach (var login in runner.State.Logins)
        {
            problems.Add(await CopiesOf(login).ReturnAsync(start, CancellationToken.None));
        }
        return [.. problems.Where(problem => problem.Length > 0)];
    }

    private LoginCopies CopiesOf(LoginFile login) =>
        new(
            login,
            Path.Combine(
                UserState.FolderOf(environment),
                "logins",
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(login.Path)))[..16]
            ),
            time
        );
}
