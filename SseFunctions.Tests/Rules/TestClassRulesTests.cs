namespace SseFunctions.Tests.Rules;

/// <summary>Rules for the tests themselves.</summary>
public sealed class TestClassRulesTests
{
    // A report or a filter could not distinguish two classes with the same name.
    [Fact]
    public void No_two_test_classes_share_a_name() => Assert.Empty(
        from type in typeof(TestClassRulesTests).Assembly.GetTypes()
        where type.GetMethods().Any(method => method.IsDefined(typeof(FactAttribute), inherit: true))
        group type by type.Name into sameName
        where sameName.Count() > 1
        select sameName.Key);
}
