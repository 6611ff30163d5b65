namespace Orchestrator.Processes.Tests;

public sealed class MachineIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_TwoMachinesOfOneName_AreTwo() =>
        Assert.NotEqual(MachineIdentity.Of(Facts() with { MachineId = "a" }), MachineIdentity.Of(Facts() with { MachineId = "b" }));

    [Fact]
    public void Of_AMachineAfterRestartUnderANewNameAndForAnotherUser_IsTheSame() =>
        Assert.Equal(
            MachineIdentity.Of(Facts()),
            MachineIdentity.Of(Facts() with { BootId = "later", HostName = "renamed", StateFolder = null })
        );

    [Theory]
    [InlineData("image's")]
    [InlineData("")]
    public void Of_ContainersOfOneImage_AreTwoAndEachIsTheSameAfterRestart(string machineId)
    {
        var one = Facts() with { IsContainer = true, MachineId = machineId, StateFolder = _folder["one"] };
        var two = one with { StateFolder = _folder["two"] };
        var sharesFilesWithOne = one with { HostName = "other" };

        Assert.Equal(3, new[] { one, two, sharesFilesWithOne }.Select(MachineIdentity.Of).Distinct().Count());
        Assert.Equal(MachineIdentity.Of(one), MachineIdentity.Of(one with { BootId = "later" }));
    }

    [Fact]
    public void Of_AContainerThatCanKeepNothing_IsTheSameUntilTheNextBoot()
    {
        File.WriteAllText(_folder["file"], "");
        var facts = Facts() with { IsContainer = true, StateFolder = _folder["file"] };

        Assert.Equal(MachineIdentity.Of(facts), MachineIdentity.Of(facts with { StateFolder = null }));
        Assert.NotEqual(MachineIdentity.Of(facts), MachineIdentity.Of(facts with { BootId = "later" }));
    }

    [Fact]
    public async Task Of_ManyProcessesAtOnce_AgreeOnOne()
    {
        var facts = Facts() with { IsContainer = true, StateFolder = _folder["state"] };

        var names = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => MachineIdentity.Of(facts))));

        Assert.Single(names.Distinct());
        Assert.Equal(["machine"], Directory.GetFiles(_folder["state"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Find_ThisMachine_TellsNothingOfItsIdAndName()
    {
        var name = MachineIdentity.Find(new Dictionary<string, string> { ["HOME"] = _folder.Path });

        Assert.Matches("^[0-9a-f]{16}$", name);
    }

    public void Dispose() => _folder.Dispose();

    private static MachineInfo Facts() =>
        new()
        {
            MachineId = "id",
            BootId = "boot",
            HostName = "host",
            IsContainer = false,
            StateFolder = null,
        };
}
