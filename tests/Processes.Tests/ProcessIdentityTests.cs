namespace Orchestrator.Processes.Tests;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void Current_IsAliveAndSurvivesText()
    {
        var read = ProcessIdentity.TryParse(ProcessIdentity.Current.ToString());

        Assert.Equal(ProcessIdentity.Current, read);
        Assert.True(read!.IsAlive());
    }

    [Fact]
    public void IsAlive_OtherStartOrOtherBoot_IsFalse()
    {
        Assert.False((ProcessIdentity.Current with { StartTime = 1 }).IsAlive());
        Assert.False((ProcessIdentity.Current with { BootId = Guid.NewGuid().ToString() }).IsAlive());
        Assert.False((ProcessIdentity.Current with { ProcessId = int.MaxValue }).IsAlive());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12 34")]
    [InlineData("12 34 half-a-boot-id")]
    [InlineData("x 34 00000000-0000-0000-0000-000000000000")]
    public void TryParse_HalfWrittenOrForeign_IsNull(string? text)
    {
        Assert.Null(ProcessIdentity.TryParse(text));
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(4096, 0, false)]
    [InlineData(4096, 140726, true)]
    public void HasSettledEnvironment_ByMemoryAndEndOfEnvironment(long memory, long end, bool? expected)
    {
        var fields = Enumerable.Repeat("0", 50).ToArray();
        (fields[23 - 3], fields[51 - 3]) = ($"{memory}", $"{end}");

        Assert.Equal(expected, ProcFiles.HasSettledEnvironment($"7 (a ) b) {string.Join(' ', fields)}\n"));
    }

    [Fact]
    public void ParseStat_NameWithParenthesesAndBlanks_IsRead()
    {
        var stat = ProcFiles.ParseStat("42 (a) b (c) S 7 8 9 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 0 0");

        Assert.Equal(new ProcessInfo(42, "a) b (c", 'S', 7, 9, 1, 123456), stat);
    }

    [Theory]
    [InlineData('S', 1, false)]
    [InlineData('Z', 1, true)]
    [InlineData('Z', 0, true)]
    [InlineData('Z', 20, false)]
    public void IsDead_FirstThreadHasEnded_WaitsForTheOthers(char state, int threads, bool dead)
    {
        var stat = ProcFiles.ParseStat($"42 (x) {state} 7 8 9 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 {threads} 0 123456 0 0");

        Assert.Equal(dead, stat!.IsDead);
    }

    [Fact]
    public void ParseStat_Nonsense_IsNull()
    {
        Assert.Null(ProcFiles.ParseStat(""));
        Assert.Null(ProcFiles.ParseStat("1 (x) S 1"));
    }
}
