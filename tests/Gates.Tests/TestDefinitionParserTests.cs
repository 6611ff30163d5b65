using Orchestrator.Gates.Tampering;

namespace Orchestrator.Gates.Tests;

/// <summary>Tests, marks and assertions in the spelling of each framework: one that nobody plays may go unnoticed.</summary>
public sealed class TestDefinitionParserTests
{
    [Theory]
    [InlineData("def test_sum():", "test_sum")]
    [InlineData("    async def test_sum(self):", "test_sum")]
    [InlineData("  it('adds', () => {", "adds")]
    [InlineData("test.each([[1, 2]])('adds', () => {", "adds")]
    [InlineData("specify(`adds`)", "adds")]
    [InlineData("it.skip('adds')", "adds")]
    [InlineData("  it \"adds\" do", "adds")]
    [InlineData("  test \"adds\" do", "adds")]
    [InlineData("  def test_adds", "test_adds")]
    [InlineData("func TestSum(t *testing.T) {", "TestSum")]
    [InlineData("func FuzzSum(f *testing.F) {", "FuzzSum")]
    [InlineData("func ExampleSum() {", "ExampleSum")]
    [InlineData("[Fact]\npublic async Task Sum_Two_IsFour()", "Sum_Two_IsFour")]
    [InlineData("[Theory]\n[InlineData(1)]\npublic void Sum(int one)", "Sum")]
    [InlineData("[Test, Category(\"x\")] public void Sum()", "Sum")]
    [InlineData("[TestMethod]\npublic ValueTask Sum()", "Sum")]
    [InlineData("@Test\nvoid sum() {", "sum")]
    [InlineData("@ParameterizedTest\n@ValueSource(ints = {1})\nvoid sum(int one) {", "sum")]
    [InlineData("public void testSum() {", "testSum")]
    [InlineData("@Test\nfun `adds two`() {", "adds two")]
    [InlineData("  func testSum() {", "testSum")]
    [InlineData("@Test func sums() {", "sums")]
    [InlineData("#[test]\nfn sum() {", "sum")]
    [InlineData("#[tokio::test]\nasync fn sum() {", "sum")]
    [InlineData("#[test]\n#[should_panic]\nfn sum() {", "sum")]
    [InlineData("public function testSum(): void", "testSum")]
    [InlineData("#[Test]\npublic function sums(): void", "sums")]
    [InlineData("TEST(Sum, Adds) {", "Adds")]
    [InlineData("TEST_F(Sum, Adds) {", "Adds")]
    [InlineData("@test \"adds\" {", "adds")]
    public void Read_Definition_HasItsName(string text, string name)
    {
        Assert.Equal([name], TestDefinitionParser.Read(text).Select(test => test.Name));
        Assert.Equal([name, name], TestDefinitionParser.Read($"{text}\n}}\n{text}\n").Select(test => test.Name));
    }

    [Theory]
    [InlineData("# def test_sum():")]
    [InlineData("// it('adds', () => {")]
    [InlineData("fn helper() {")]
    [InlineData("public void Helper()")]
    [InlineData("private static void Write(string file)")]
    [InlineData("def helper():")]
    [InlineData("it = items.pop()")]
    [InlineData("test = 1")]
    public void Read_OtherLines_AreNoTests(string text) => Assert.Empty(TestDefinitionParser.Read(text));

    [Theory]
    [InlineData("@pytest.mark.skip\ndef test_a():")]
    [InlineData("@pytest.mark.skipif(True, reason='x')\ndef test_a():")]
    [InlineData("@pytest.mark.xfail(strict=False)\ndef test_a():")]
    [InlineData("@unittest.skip('x')\ndef test_a():")]
    [InlineData("@unittest.expectedFailure\ndef test_a():")]
    [InlineData("def test_a():\n    pytest.skip('x')")]
    [InlineData("def test_a():\n    self.skipTest('x')")]
    [InlineData("def test_a():\n    raise SkipTest('x')")]
    [InlineData("it.skip('a')")]
    [InlineData("test.todo('a')")]
    [InlineData("test.fixme('a')")]
    [InlineData("it.fails('a')")]
    [InlineData("xit('a')")]
    [InlineData("xtest('a')")]
    [InlineData("it 'a' do\n  skip\n")]
    [InlineData("[Fact(Skip = \"x\")]\npublic void A()")]
    [InlineData("[Fact(DisplayName = \"x\", Skip = \"later\")]\npublic void A()")]
    [InlineData("[TestCase(1, Ignore = \"x\")]\npublic void A()")]
    [InlineData("[Test]\n[Ignore(\"x\")]\npublic void A()")]
    [InlineData("[Test]\n[Explicit]\npublic void A()")]
    [InlineData("[Fact]\npublic void A()\n{\n    Assert.Skip(\"x\");\n}")]
    [InlineData("@Disabled\n@Test\nvoid a() {")]
    [InlineData("@Test\n@Ignore\npublic void a() {")]
    [InlineData("func TestA(t *testing.T) {\n    t.Skip(\"x\")\n}")]
    [InlineData("#[test]\n#[ignore]\nfn a() {")]
    [InlineData("func testA() throws {\n    try XCTSkipIf(true)\n}")]
    [InlineData("public function testA(): void\n{\n    $this->markTestSkipped();\n}")]
    public void Read_TestThatIsSwitchedOff_IsSkipped(string text) => Assert.True(Assert.Single(TestDefinitionParser.Read(text)).IsSkipped);

    [Theory]
    [InlineData("pytestmark = pytest.mark.skip")]
    [InlineData("np = pytest.importorskip('numpy')")]
    [InlineData("pytest.skip('x', allow_module_level=True)")]
    [InlineData("    __test__ = False")]
    [InlineData("describe.skip('a', () => {")]
    [InlineData("xdescribe('a', () => {")]
    [InlineData("suite.skip('a')")]
    [InlineData("it.only('a', () => {")]
    [InlineData("describe.only('a', () => {")]
    [InlineData("fdescribe('a', () => {")]
    public void GroupsSkipped_MarkOfAGroup_IsCounted(string line)
    {
        Assert.Equal(1, TestDefinitionParser.GroupsSkipped(line));
        Assert.Equal(0, TestDefinitionParser.GroupsSkipped("// " + line));
    }

    [Theory]
    [InlineData("assert a == 2")]
    [InlineData("assertEqual(a, 2)")]
    [InlineData("assert_eq!(a, 2)")]
    [InlineData("expect(a).toBe(2)")]
    [InlineData("Assert.Equal(2, a);")]
    [InlineData("Assertions.assertThat(a)")]
    [InlineData("self.assertEqual(a, 2)")]
    [InlineData("this.assertSame(2, a)")]
    [InlineData("$this->assertSame(2, $a)")]
    [InlineData("assert_equal 2, a")]
    [InlineData("a.should == 2")]
    [InlineData("a.Should().Be(2)")]
    [InlineData("require.Equal(t, 2, a)")]
    [InlineData("t.Errorf(\"x\")")]
    [InlineData("t.Fatal(\"x\")")]
    [InlineData("XCTAssertEqual(a, 2)")]
    [InlineData("EXPECT_EQ(a, 2);")]
    [InlineData("ASSERT_TRUE(a);")]
    public void Read_Assertion_IsTrimmed(string line)
    {
        Assert.Equal([line], Assert.Single(TestDefinitionParser.Read($"def test_a():\n    {line}\n")).Assertions);
        Assert.Empty(Assert.Single(TestDefinitionParser.Read($"def test_a():\n    # {line}\n")).Assertions);
    }

    [Theory]
    [InlineData("assert True")]
    [InlineData("assert (1)")]
    [InlineData("assert not False, 'x'")]
    [InlineData("assert 1 == 1")]
    [InlineData("assert!(true);")]
    [InlineData("expect(true).toBe(true)")]
    [InlineData("expect(1).toEqual(1)")]
    [InlineData("expect(true).toStrictEqual(true)")]
    [InlineData("expect(true).toBeTruthy()")]
    [InlineData("Assert.True(true);")]
    [InlineData("Assert.IsTrue(true, \"x\");")]
    [InlineData("Assert.That(true);")]
    [InlineData("self.assertTrue(True)")]
    [InlineData("assert.ok(true)")]
    [InlineData("assert.True(t, true)")]
    public void Read_AssertionThatAlwaysHolds_CountsAsNone(string line) =>
        Assert.Empty(Assert.Single(TestDefinitionParser.Read($"def test_a():\n    {line}\n")).Assertions);
}
