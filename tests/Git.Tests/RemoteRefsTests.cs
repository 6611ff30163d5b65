using Orchestrator.Git.Sharing;

namespace Orchestrator.Git.Tests;

public sealed class RemoteRefsTests
{
    private const string Name = "refs/orchestrator/runs/night";

    /// <summary>A process of this machine pushes the same between the remote's answer and its lock.</summary>
    [Fact]
    public async Task Push_AnotherPushMovesTheRefMeanwhile_IsTriedAgain()
    {
        using var opened = await Opened.CreateAsync();
        var repository = opened.Files;
        var (before, after) = (await repository.CommitAsync("one", ("a", "1")), await repository.CommitAsync("two", ("a", "2")));
        var remote = repository.Beside("remote.git");
        await repository.GitAsync("init", "-q", "--bare", remote);
        await repository.GitAsync("push", "-q", remote, $"{before}:{Name}", $"{after}:refs/heads/known");
        await File.WriteAllTextAsync(
            Path.Combine(remote, "hooks", "pre-receive"),
            $"#!/bin/sh\n[ -e raced ] || {{ touch raced; env -u GIT_QUARANTINE_PATH git update-ref {Name} {after}; }}\n"
        );
        File.SetUnixFileMode(Path.Combine(remote, "hooks", "pre-receive"), (UnixFileMode)0b111_101_101);

        var pushed = await new RemoteRefs(opened.Repository, remote).PushAsync(
            new Dictionary<string, string> { [Name] = after, ["refs/orchestrator/wip/night"] = before },
            Name,
            before
        );

        Assert.True(File.Exists(Path.Combine(remote, "raced")));
        Assert.Equal(new PushOutcome(true, false, ""), pushed);
        Assert.Equal(before, await repository.GitAsync("-C", remote, "rev-parse", "refs/orchestrator/wip/night"));
    }
}
