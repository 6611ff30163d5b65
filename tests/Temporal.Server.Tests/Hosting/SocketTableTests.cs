using System.Net;
using System.Net.Sockets;
using Temporal.Server.Common;
using Temporal.Server.Hosting;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Hosting;

/// <summary>Lines as proc(5) shows them.</summary>
public sealed class SocketTableTests
{
    private const string Local = "0100007F:D431";
    private const string Remote = "0100007F:1C41";

    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 0xD431);

    [Theory]
    [InlineData("   3: 0100007F:D431 0100007F:1C41 01 00000000:00000000 00:00000000 00000000  1000        0 77 1 0", 1000u)]
    [InlineData("   3: 0100007F:D431 0100007F:1C41 06 00000000:00000000 00:00000000 00000000  1000        0 77 1 0", null)]
    [InlineData("   3: 0100007F:D431 0100007F:1C41 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0", null)]
    [InlineData("   3: 0100007F:1C41 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1001        0 77 1 0", null)]
    [InlineData("   3: 0100007F:D431", null)]
    [InlineData("", null)]
    public void Find_ALine_NamesTheOwnerOfAnOpenSocketAlone(string line, uint? owner) =>
        Assert.Equal(owner, SocketTable.Find(["  sl  local_address rem_address   st", line], Local, Remote)?.UserId);

    [Fact]
    public void Form_OfAnAddress_IsAsTheTableHasIt()
    {
        Assert.Equal(Local, SocketTable.Form(Client, AddressFamily.InterNetwork));
        Assert.Equal("0000000000000000FFFF00000100007F:D431", SocketTable.Form(Client, AddressFamily.InterNetworkV6));
        Assert.Null(SocketTable.Form(new IPEndPoint(IPAddress.IPv6Loopback, 1), AddressFamily.InterNetwork));
    }
}
