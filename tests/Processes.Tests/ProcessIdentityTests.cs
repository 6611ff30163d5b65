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
    [InlineData(0, 0, 0, 0, false)]
    [InlineData(4096, 0, 0, 0, true)]
    [InlineData(4096, 0, 140720, 0, true)]
    [InlineData(4096, 0, 140720, 140720, true)]
    [InlineData(4096, 94543, 140720, 140726, true)]
    [InlineData(4096, 94543, 140720, 140720, false)]
    public void MayHaveEnvironment_ByMemoryCodeAndBoundsOfTheEnvironment(long memory, long code, long begin, long end, bool expected)
    {
        var fields = Enumerable.Repeat("0", 50).ToArray();
        (fields[23 - 3], fields[26 - 3], fields[50 - 3], fields[51 - 3]) = ($"{memory}", $"{code}", $"{begin}", $"{end}");

        Assert.Equal(expected, ProcFiles.MayHaveEnvironment($"7 (a ) b) {string.Join(' ', fields)}\n"));
    }

    /// <summary>Each start of a program replaces the memory that an environment is read from.</summary>
    [Fact]
    public async Task FindByEnvironment_OneProgramStartsTheNextAgainAndAgain_IsAlwaysFound()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["chain"], "echo > \"$2.$1\"; [ $1 = 0 ] && exec sleep 1000; exec sh \"$0\" $(($1-1)) \"$2\"\n");
        var mark = Guid.NewGuid().ToString("N");
        using var stop = new CancellationTokenSource();
        var run = new ProcessRunner().RunAsync(
            Shell.Script("exec sh $1/chain 500 $1/step", folder.Path) with
            {
                Environment = new Dictionary<string, string?> { ["CHAIN_MARK"] = mark, ["LONG_VALUE"] = new string('x', 40_000) },
            },
            stop.Token
        );

        while (!File.Exists(folder["step.500"]))
        {
            await Task.Delay(1);
        }
        var misses = 0;
        while (!File.Exists(folder["step.0"]))
        {
            misses += ProcessTable.FindByEnvironment("CHAIN_MARK", mark).Count == 1 ? 0 : 1;
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(0, misses);
    }

    [Fact]
    public void ParseStat_NameWithParenthesesAndBlanks_IsRead()
    {
        var stat = ProcFiles.ParseStat("42 (a) b (c) S 7 8 9 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 0 0");

        Assert.Equal(new ProcessTableRow(42, "a) b (c", 'S', 7, 9, 1, 123456), stat);
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
