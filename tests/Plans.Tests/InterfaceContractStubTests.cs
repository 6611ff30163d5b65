using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class InterfaceContractStubTests
{
    private static readonly InterfaceContractDefinition Auth = new()
    {
        Name = "AuthService",
        Methods =
        [
            "login(username: str, password: str) -> dict",
            "logout",
            "async refresh(token: str, *, deep: dict[str, int] = {}) -> str",
        ],
        Consumers = ["task-a"],
    };

    [Fact]
    public void Of_Python_IsAProtocol()
    {
        var stub = InterfaceContractStub.Of(Auth with { FilePath = "contracts/auth.py", Methods = Auth.Methods.Take(2).ToArray() })!;

        Assert.Equal(
            $"""""
            """
            Contract: AuthService
            Version: {stub.Version}
            """
            from typing import Any, Protocol


            class AuthService(Protocol):
                def login(self, username: str, password: str) -> dict:
                    ...

                def logout(self) -> Any:
                    ...

            """"",
            stub.Content
        );
        Assert.Equal(ContractStubLanguage.Python, stub.Language);
    }

    [Theory]
    [InlineData("a.ts", "login(user: str, age: int) -> bool", "  login(user: string, age: number): boolean;")]
    [InlineData("a.ts", "async load(id: string)", "  load(id: string): Promise<void>;")]
    [InlineData(
        "a.ts",
        "map(f: (x: number, y: number) => string, o?: Options): Promise<Map<string, number>>",
        "  map(f: (x: number, y: number) => string, o?: Options): Promise<Map<string, number>>;"
    )]
    [InlineData(
        "a.cs",
        "Task<string> Login(string user, CancellationToken cancel)",
        "    Task<string> Login(string user, CancellationToken cancel);"
    )]
    [InlineData("a.cs", "async Save(name: str)", "    Task Save(string name);")]
    [InlineData("a.ts", "log(...parts: string[])", "  log(...parts: string[]): void;")]
    [InlineData("a.py", "f(a, *, b: int = 1, **rest) -> None", "    def f(self, a: Any, *, b: int = 1, **rest: Any) -> None:")]
    [InlineData(
        "a.py",
        "f(a: str, deep: bool = false, s: str = 'x', m: dict = {}) -> None",
        "    def f(self, a: str, deep: bool = False, s: str = 'x', m: dict = {}) -> None:"
    )]
    [InlineData("a.py", "f(a: int = __import__('os').getpid()) -> None", "    def f(self, a: int = ...) -> None:")]
    [InlineData("a.ts", "f(a: string, deep: boolean = false)", "  f(a: string, deep?: boolean): void;")]
    [InlineData(
        "a.cs",
        "void F(string a, bool deep = False, string s = 'x')",
        "    void F(string a, bool deep = false, string s = default);"
    )]
    [InlineData("a.cs", "ping", "    void ping();")]
    [InlineData("a.ts", "delete(id: string)", "  delete(id: string): void;")]
    [InlineData(
        "pkg/a.go",
        "Login(ctx context.Context, user string) (string, error)",
        "\tLogin(ctx context.Context, user string) (string, error)"
    )]
    [InlineData("pkg/a.go", "Close", "\tClose()")]
    [InlineData(
        "a.ts",
        "find(ids: List[int], by: Optional[str] = None) -> Dict[str, List[User]]",
        "  find(ids: Array<number>, by?: string | null): Record<string, Array<User>>;"
    )]
    [InlineData("a.ts", "pick(key: User['id']) -> string | undefined", "  pick(key: User['id']): string | undefined;")]
    [InlineData("a.cs", "find(ids: list[int]) -> User | None", "    User? find(IReadOnlyList<int> ids);")]
    [InlineData("a.cs", "byte[] Read(string[] names)", "    byte[] Read(string[] names);")]
    [InlineData("pkg/a.go", "Find(ids: list[int]) -> Optional[User]", "\tFind(ids []int) *User")]
    [InlineData("pkg/a.go", "Find(ids []int) map[string]User", "\tFind(ids []int) map[string]User")]
    [InlineData(
        "A.java",
        "find(ids: list[int]) -> dict[str, Optional[bool]]",
        "    java.util.Map<String, Boolean> find(java.util.List<Integer> ids);"
    )]
    [InlineData(
        "A.java",
        "List<String> find(Map<String, Integer> query, int limit)",
        "    List<String> find(Map<String, Integer> query, int limit);"
    )]
    public void Of_OtherLanguages_SpellMethodsTheirWay(string file, string method, string expected)
    {
        var stub = InterfaceContractStub.Of(
            new InterfaceContractDefinition
            {
                Name = "Store",
                FilePath = file,
                Methods = [method],
            }
        )!;

        Assert.Contains("\n" + expected + "\n", stub.Content, StringComparison.Ordinal);
        Assert.Contains("Version: " + stub.Version, stub.Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Go_TakesThePackageFromTheFolder() =>
        Assert.Contains(
            "package mycontracts\n",
            InterfaceContractStub.Of(Auth with { FilePath = "my-contracts/a.go", Methods = [] })!.Content,
            StringComparison.Ordinal
        );

    [Fact]
    public void Version_SameMethods_IsTheSameWhateverThePlanSays()
    {
        var first = InterfaceContractStub.Of(Auth with { FilePath = "a.py", Methods = ["x"], Version = "abc1234" })!;
        var second = InterfaceContractStub.Of(Auth with { FilePath = "b.py", Methods = ["x"], Consumers = [] })!;
        var third = InterfaceContractStub.Of(Auth with { FilePath = "a.py", Methods = ["y"] })!;

        Assert.Equal(first.Version, second.Version);
        Assert.NotEqual(first.Version, third.Version);
        Assert.Matches("^[0-9a-f]{7}$", first.Version);
    }

    [Theory]
    [InlineData("A", null, "x", "The contract 'A' does not name a file.")]
    [InlineData("A", "a.rb", "x", "The file extension of 'a.rb' is not one of .py, .pyi, .ts, .tsx, .mts, .cs, .go, .java.")]
    [InlineData("A B", "a.py", "x", "'A B' is not a valid name for an interface.")]
    [InlineData("A", "a.py", "x(", "The method 'x(' can't be parsed.")]
    [InlineData("A", "a.py", "f() -> int; x", "The method 'f() -> int; x' can't be parsed.")]
    [InlineData("A", "a.py", "a; import os", "The method 'a; import os' can't be parsed.")]
    [InlineData("class", "a.py", "x", "'class' is a reserved word of Python and can't be the name of an interface.")]
    [InlineData(
        "A",
        "a.py",
        "send(from: str, to: str)",
        "The method 'send(from: str, to: str)' uses the name 'from', which is a reserved word of Python."
    )]
    [InlineData("A", "a.go", "range()", "The method 'range()' uses the name 'range', which is a reserved word of Go.")]
    [InlineData("A", "a.ts", "f(new: string)", "The method 'f(new: string)' uses the name 'new', which is a reserved word of TypeScript.")]
    public void TryCreate_NotUnderstood_SaysWhy(string name, string? file, string method, string expected)
    {
        Assert.False(
            InterfaceContractStub.TryCreate(
                new InterfaceContractDefinition
                {
                    Name = name,
                    FilePath = file,
                    Methods = [method],
                },
                out _,
                out var fault
            )
        );
        Assert.Equal(expected, fault.Message);
        Assert.NotEmpty(fault.Cure);
    }

    [Fact]
    public void Stale_ChangedContract_NamesItsConsumers()
    {
        var now = InterfaceContractStub.Of(Auth with { FilePath = "a.py" })!;
        TaskContractVersion[] pins =
        [
            new("AuthService", "task-a", now.Version),
            new("AuthService", "task-b", "0000000"),
            new("Gone", "task-c", "1111111"),
        ];

        Assert.Equal(["task-b"], TaskContractVersion.Stale(pins, [now]).Select(p => p.TaskId));
    }

    [Theory]
    [InlineData("a.py", "x(a: int)", "x(b: str)", false)]
    [InlineData("a.ts", "x(a: string)", "x(b: string)", false)]
    [InlineData("a.cs", "x(int a)", "x(string a)", true)]
    public void TryCreate_MethodTwice_IsRefusedWhereTheLanguageKnowsOnlyOne(string file, string one, string other, bool allowed)
    {
        var created = InterfaceContractStub.TryCreate(
            new InterfaceContractDefinition
            {
                Name = "A",
                FilePath = file,
                Methods = [one, other],
            },
            out _,
            out var fault
        );

        Assert.Equal((allowed, allowed ? null : "The method 'x' is declared twice."), (created, fault?.Message));
    }
}
