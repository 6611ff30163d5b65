using System.Text;
using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class AccountLedgerSerializerTests
{
    [Fact]
    public void TryRead_WhatWasWritten_IsTheSame()
    {
        var book = AccountLedgerSet
            .Empty.Admit(Request("a", RunCap(Dollar)) with { Share = 9 })
            .Admit(Request("b", RunCap(Dollar)) with { Share = 9 })
            .Settle("b", 1);
        book = AccountBackoffCalculator
            .Observe(book, Account, new("five_hour", 123, Now.AddHours(1), "fact", 1), Now)
            .Book.Block("a", Now.AddHours(1));
        book = BudgetEnforcer.IncreaseLimit(book, Account, RunCap(9 * Dollar), Now).Book!;
        var written = AccountLedgerSerializer.Write(book.Of(Account));

        Assert.True(AccountLedgerSerializer.TryRead(written, Account, out var read, out var fault), fault);
        Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(AccountLedgerSerializer.Write(read)));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{\"schemaVersion\":1,\"account\":\"cla", "it is not a ledger")]
    [InlineData("[]", "it is not a ledger")]
    [InlineData("null", "it is not a ledger")]
    [InlineData("{\"account\":\"other\"}", "it belongs to the account 'other'")]
    [InlineData("{\"schemaVersion\":9,\"account\":\"claude\"}", "a newer version of orchestrate has written it")]
    [InlineData("{\"account\":\"claude\",\"reservations\":[{\"id\":\"a\"}]}", "it is not a ledger")]
    public void TryRead_TornOrForeign_SaysWhatIsWrong(string content, string expected)
    {
        Assert.False(AccountLedgerSerializer.TryRead(Encoding.UTF8.GetBytes(content), Account, out _, out var fault));
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }
}
