using System.Security.Cryptography;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Creates and removes the copies of login files for one sandboxed agent. New tokens in a copy are copied back to the user's login file.
/// </summary>
/// <param name="runner">Runner for the agent's program.</param>
/// <param name="start">Absolute path of the agent run's folder.</param>
/// <param name="environment">Environment variables of this process.</param>
/// <param name="time">The clock.</param>
public sealed class SandboxLoginCopies(
    IAgentRunner runner,
    string start,
    IReadOnlyDictionary<string, string> environment,
    TimeProvider time
)
{
    /// <summary>
    /// Copies the login files. If tokens are about to expire, first waits for another agent that will probably renew them.
    /// </summary>
    /// <param name="outside">Keys that stay outside the sandbox. The copies do not contain them.</param>
    /// <returns>The copies, each with the path that it replaces in the sandbox.</returns>
    public async Task<IReadOnlyList<SandboxBindMount>> TakeAsync(IReadOnlyList<ProxyableAgentApiKey> outside, CancellationToken stop)
    {
        var stored = outside.Select(key => key.Stored).OfType<AgentApiKeyLocation>().ToList();
        List<SandboxBindMount> taken = [];
        foreach (var login in runner.State.Logins)
        {
            var isUsed = !login.Variables.Any(name => environment.GetValueOrDefault(name) is { Length: > 0 });
            var removed = stored.Where(key => key.File == login.Path && key.Read() is not null).Select(key => key.TopMember).ToList();
            if (await CopiesOf(login).TakeAsync(start, isUsed, removed, stop) is { } copy)
            {
                taken.Add(new SandboxBindMount(login.Path, copy, IsWritable: true));
            }
        }
        return taken;
    }

    /// <summary>Copies tokens that agents have renewed to the user's login files and to the copies of other agents.</summary>
    public async Task SynchronizeAsync()
    {
        foreach (var login in runner.State.Logins)
        {
            await CopiesOf(login).SynchronizeAsync(CancellationToken.None);
        }
    }

    /// <summary>Copies renewed tokens to the user's login files after the agent has ended, and removes the agent's copies.</summary>
    /// <returns>One sentence for each login file whose tokens could not be copied back.</returns>
    public async Task<IReadOnlyList<string>> ReturnAsync()
    {
        List<string> problems = [];
        foreach (var login in runner.State.Logins)
        {
            problems.Add(await CopiesOf(login).ReturnAsync(start, CancellationToken.None));
        }
        return [.. problems.Where(problem => problem.Length > 0)];
    }

    private LoginFileCopies CopiesOf(AgentLoginFile login) =>
        new(
            login,
            Path.Combine(
                UserStateFolder.FolderOf(environment),
                "logins",
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(login.Path)))[..16]
            ),
            time
        );
}
