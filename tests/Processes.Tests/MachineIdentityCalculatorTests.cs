namespace Orchestrator.Processes.Tests;

public sealed class MachineIdentityCalculatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_TwoMachinesOfOneName_AreTwo() =>
        Assert.NotEqual(
            MachineIdentityCalculator.Of(Facts() with { MachineId = "a" }),
            MachineIdentityCalculator.Of(Facts() with { MachineId = "b" })
        );

    [Fact]
    public void Of_AMachineAfterRestartUnderANewNameAndForAnotherUser_IsTheSame() =>
        Assert.Equal(
            MachineIdentityCalculator.Of(Facts()),
            MachineIdentityCalculator.Of(Facts() with { BootId = "later", HostName = "renamed", StateFolder = null })
        );

    [Theory]
    [InlineData("image's")]
    [InlineData("")]
    public void Of_ContainersOfOneImage_AreTwoAndEachIsTheSameAfterRestart(string machineId)
    {
        var one = Facts() with { IsContainer = true, MachineId = machineId, StateFolder = _folder["one"] };
        var two = one with { StateFolder = _folder["two"] };
        var sharesFilesWithOne = one with { HostName = "other" };

        Assert.Equal(3, new[] { one, two, sharesFilesWithOne }.Select(MachineIdentityCalculator.Of).Distinct().Count());
        Assert.Equal(MachineIdentityCalculator.Of(one), MachineIdentityCalculator.Of(one with { BootId = "later" }));
    }

    [Fact]
    public void Of_AContainerThatCanKeepNothing_IsTheSameUntilTheNextBoot()
    {
        File.WriteAllText(_folder["file"], "");
        var facts = Facts() with { IsContainer = true, StateFolder = _folder["file"] };

        Assert.Equal(MachineIdentityCalculator.Of(facts), MachineIdentityCalculator.Of(facts with { StateFolder = null }));
        Assert.NotEqual(MachineIdentityCalculator.Of(facts), MachineIdentityCalculator.Of(facts with { BootId = "later" }));
    }

    [Fact]
    public async Task Of_ManyProcessesAtOnce_AgreeOnOne()
    {
        var facts = Facts() with { IsContainer = true, StateFolder = _folder["state"] };

        var names = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => MachineIdentityCalculator.Of(facts))));

        Assert.Single(names.Distinct());
        Assert.Equal(["machine"], Directory.GetFiles(_folder["state"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Find_ThisMachine_TellsNothingOfItsIdAndName()
    {
        var name = MachineIdentityCalculator.Find(new Dictionary<string, string> { ["HOME"] = _folder.Path });

        Assert.Matches("^[0-9a-f]{16}$", name);
    }

    public void Dispose() => _folder.Dispose();

    private static HostIdentificationRecord Facts() =>
        new()
        {
            MachineId = "id",
            BootId = "boot",
            HostName = "host",
            IsContainer = false,
            StateFolder = null,
        };
}
